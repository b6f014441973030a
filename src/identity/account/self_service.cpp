#include "identity/account/self_service.hpp"

#include <utility>
#include <vector>

#include "identity/account/display_name.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

struct SelfService::PreparedChange {
  std::optional<std::string> display_name{};
  std::optional<std::string> language{};
  std::optional<text::Username> username{};
};

Account assemble(const AccountVault& vault, const AccountWithProfile& record) {
  return {.id = record.id,
          .username = record.username,
          .profile = vault.open(record),
          .email_verified = !record.email_index.empty(),
          .state = record.state,
          .roles = record.roles,
          .created_at = record.created_at};
}

awaitable<std::optional<AccountWithProfile>> SelfService::find(const contract::Principal& who) {
  const ProfileCache::Load load = [this, &who]() -> awaitable<std::optional<AccountWithProfile>> {
    auto step = [&](db::Transaction& tx) { return parts_.store.find_with_profile(tx, who.account); };
    co_return co_await parts_.database.read(step);
  };
  if (parts_.profiles == nullptr) co_return co_await load();
  auto record = co_await parts_.profiles->find(who.account, load);
  if (!record || record->roles == who.roles) co_return record;
  // The token knows other roles: a command has changed them, which talks to the database alone.
  auto current = co_await load();
  if (current && current->roles != record->roles) co_await parts_.profiles->forget(who.account);
  co_return current;
}

awaitable<base::Result<Account, Refusal>> SelfService::show(contract::Principal who) {
  const auto record = co_await find(who);
  if (!record) co_return Refusal{.error = AccountError::not_found};
  co_return assemble(parts_.vault, *record);
}

base::Result<SelfService::PreparedChange, Refusal> SelfService::prepare(const ProfileChange& change) const {
  Refusal refusal;
  PreparedChange prepared;
  if (change.display_name) {
    prepared.display_name = prepare_display_name(*change.display_name);
    if (!prepared.display_name) {
      refusal.fields.push_back({"display_name",
                                "must be at most " + std::to_string(kMaxDisplayNameCharacters) +
                                    " characters, without control characters or line breaks",
                                Mistake::unfit_name, kMaxDisplayNameCharacters});
    }
  }
  if (change.language) {
    prepared.language = change.language;
    if (auto problem = language_problem(*change.language)) refusal.fields.push_back(std::move(*problem));
  }
  if (change.username) {
    auto username = text::prepare_username(*change.username);
    if (!username) refusal.fields.push_back(username_problem(username.error()));
    if (username) prepared.username = std::move(*username);
  }
  if (change.username && !change.current_password) {
    refusal.fields.push_back({"current_password", "is needed to change the username", Mistake::missing});
  }
  if (!refusal.fields.empty()) return refusal;
  return prepared;
}

base::Result<Account, Refusal> SelfService::apply(db::Transaction& tx, const contract::Principal& who,
                                                  const PreparedChange& change,
                                                  const std::optional<std::string>& proven_hash) const {
  const auto record = parts_.current_password.load_for_change(tx, who, proven_hash);
  if (!record) return record.error();
  Profile profile = parts_.vault.open(*record);
  NameChange names;
  if (change.display_name) profile.display_name = *change.display_name;
  if (change.language) profile.language = *change.language;
  if (change.username) {
    names.username = change.username->canonical();
    names.username_skeleton = change.username->skeleton();
  }
  names.profile_sealed = parts_.vault.reseal(*record, profile);
  const auto changed = parts_.store.change_names(tx, record->id, names, parts_.clock.now());
  if (!changed && changed.error() == StoreError::taken) return Refusal{.error = AccountError::name_taken};
  if (!changed) return Refusal{.error = AccountError::not_found};
  if (change.username) parts_.outbox.send(tx, {.kind = MailKind::username_changed, .account = record->id});
  record_change(tx, who, change);
  return assemble(parts_.vault, parts_.store.find_with_profile(tx, record->id).value());
}

// What was changed, never into what.
void SelfService::record_change(db::Transaction& tx, const contract::Principal& who,
                                const PreparedChange& change) const {
  const auto word = [](bool changed) { return changed ? "changed" : "kept"; };
  audit::record(tx,
                {.type = audit::type::kProfileChanged,
                 .actor = who.account.uuid(),
                 .subject = who.account.uuid(),
                 .fields = {{"username", word(change.username.has_value())},
                            {"display_name", word(change.display_name.has_value())},
                            {"language", word(change.language.has_value())}}},
                parts_.clock.now());
}

awaitable<base::Result<Account, Refusal>> SelfService::change_profile(const contract::Principal& who,
                                                                      ProfileChange change, Caller caller) {
  const auto prepared = prepare(change);
  if (!prepared) co_return prepared.error();
  std::optional<std::string> proven_hash;
  if (change.username) {
    const auto proven =
        co_await parts_.current_password.prove(who, change.current_password->clone(), "current_password", caller);
    if (!proven) co_return proven.error();
    proven_hash = proven->record.password_hash;
  }
  auto work = [&](db::Transaction& tx) { return apply(tx, who, *prepared, proven_hash); };
  auto account = co_await forgetting(parts_.profiles, who.account, parts_.database.write(work));
  if (account) {
    const std::string id = who.account.to_string();
    parts_.log.info("profile_changed",
                    {{"account", id},
                     {"username", change.username.has_value()},
                     {"display_name", change.display_name.has_value()},
                     {"language", change.language.has_value()}},
                    &caller.trace);
  }
  co_return account;
}

awaitable<base::Result<void, Refusal>> SelfService::change_password(const contract::Principal& who,
                                                                    PasswordChange change, Caller caller) {
  if (auto problem = parts_.passwords.check_form(change.new_password, "new_password")) {
    co_return invalid_input(std::move(*problem));
  }
  const auto proven =
      co_await parts_.current_password.prove(who, change.current_password.clone(), "current_password", caller);
  if (!proven) co_return proven.error();
  if (change.new_password == change.current_password) {
    co_return invalid_input({"new_password", "must be another than the current one", Mistake::unchanged});
  }
  std::vector<std::string> words{proven->record.username, proven->profile.email, proven->profile.display_name};
  const auto hash =
      co_await parts_.passwords.choose(change.new_password, "new_password", std::move(words), caller.address);
  if (!hash) co_return hash.error();

  using Ended = std::vector<contract::Revocation>;
  auto replace = [&](db::Transaction& tx) -> base::Result<Ended, Refusal> {
    const auto record = parts_.current_password.load_for_change(tx, who, proven->record.password_hash);
    if (!record) return record.error();
    const auto now = parts_.clock.now();
    if (!parts_.store.replace_password_hash(tx, who.account, proven->record.password_hash, *hash, now)) {
      return Refusal{.error = AccountError::wrong_password};
    }
    parts_.proofs.close_all(tx, who.account, {ProofPurpose::reset_password, ProofPurpose::change_email}, now);
    if (!record->email_index.empty()) {  // an address nobody has proven may be anybody's
      parts_.outbox.send(tx, {.kind = MailKind::password_changed, .account = who.account});
    }
    audit::record(tx,
                  {.type = audit::type::kPasswordChanged,
                   .actor = who.account.uuid(),
                   .subject = who.account.uuid(),
                   .fields = {{"session", who.session.to_string()}}},
                  now);
    return parts_.session_store.end_all_of_account(tx, who.account, who.session, EndReason::password_changed, now);
  };
  auto ended = co_await parts_.database.write(replace);
  if (!ended) co_return ended.error();
  co_await parts_.sessions.announce(std::move(*ended), EndReason::password_changed);
  parts_.metrics.password_changed();
  const std::string account = who.account.to_string();
  parts_.log.info("password_changed", {{"account", account}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

}  // namespace gatehouse::identity
