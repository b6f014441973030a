#include "identity/bulk/account_maker.hpp"

#include <utility>

#include "identity/account/display_name.hpp"
#include "identity/account/mistake.hpp"
#include "platform/base/words.hpp"
#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

base::Result<std::string, LineProblem> AccountMaker::password_hash(const AccountLine& line) const {
  if (!line.password_hash) {
    if (rules_.allow_missing_passwords) return std::string(kNoPassword);
    return LineProblem{"password_hash", "is missing"};
  }
  switch (crypto::examine_password_hash(*line.password_hash, rules_.caps)) {
    case crypto::StoredHash::usable: return *line.password_hash;
    case crypto::StoredHash::too_costly: return LineProblem{"password_hash", "costs more than a sign-in may"};
    case crypto::StoredHash::unknown: break;
  }
  return LineProblem{"password_hash", "is of no kind that can be checked"};
}

base::Result<std::vector<std::string>, LineProblem> AccountMaker::roles(const AccountLine& line) const {
  auto roles = line.roles.value_or(rules_.default_roles);
  for (const auto& role : roles) {
    if (!rules_.roles.contains(role)) return LineProblem{"roles", "names a role that there is not"};
  }
  return base::sorted_words(std::move(roles));
}

base::Result<BulkAccount, LineProblem> AccountMaker::make(const AccountLine& line, contract::AccountId id) const {
  const auto username = text::prepare_username(line.username);
  if (!username) return LineProblem{"username", text::to_string(username.error())};
  const auto email = text::prepare_email(line.email);
  if (!email) return LineProblem{"email", text::to_string(email.error())};
  auto display_name = prepare_display_name(line.display_name);
  if (!display_name)
    return LineProblem{"display_name", "must be text of at most 64 characters, none of them invisible"};
  if (const auto problem = language_problem(line.language)) return LineProblem{problem->field, problem->message};
  auto hash = password_hash(line);
  if (!hash) return hash.error();
  auto granted = roles(line);
  if (!granted) return granted.error();
  const std::string state = line.state.value_or("active");
  if (state != "active" && state != "disabled") return LineProblem{"state", "must be active or disabled"};
  const auto created_at = line.created_at.value_or(clock_.now());
  if (created_at > clock_.now()) return LineProblem{"created_at", "lies in the future"};

  auto sealed = vault_.seal_new(
      id, {.email = email->expose(), .display_name = std::move(*display_name), .language = line.language});
  return BulkAccount{.account = {.id = id,
                                 .username = username->canonical(),
                                 .username_skeleton = username->skeleton(),
                                 .email_index = vault_.email_index(*email),
                                 .data_key_seed = std::move(sealed.data_key_seed),
                                 .profile_sealed = std::move(sealed.profile),
                                 .password_hash = std::move(*hash),
                                 .roles = std::move(*granted),
                                 .created_at = created_at},
                     .state = state == "active" ? AccountState::active : AccountState::disabled};
}

}  // namespace gatehouse::identity
