#include "identity/account/self_service.hpp"

#include <utility>
#include <vector>

#include "contract/assurance.hpp"
#include "identity/account/display_name.hpp"
#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

// The account whose password the caller has just shown to know.
struct SelfService::Proven {
  AccountWithProfile record;
  Profile profile;
};

struct SelfService::PreparedChange {
  std::optional<std::string> display_name{};
  std::optional<text::Username> username{};
  std::optional<text::Email> email{};
};

Account assemble(const AccountVault& vault, const AccountWithProfile& record) {
  return {.id = record.id,
          .username = record.username,
          .profile = vault.open(record),
          .state = record.state,
          .roles = record.roles,
          .created_at = record.created_at};
}

// The state at the moment of the change, not at that of the check: a session that ended or a password that was replaced
// meanwhile must not get one more change through.
base::Result<AccountWithProfile, Refusal> SelfService::load_for_change(
    db::Transaction& tx, const contract::Principal& who, const std::optional<std::string>& proven_hash) const {
  auto record = parts_.store.find_with_profile(tx, who.account);
  if (!record) return Refusal{.error = AccountError::not_found};
  const auto session = parts_.session_store.find(tx, who.session);
  const bool live = session && session->account == who.account && session->live(parts_.clock.now());
  if (!live || record->state != AccountState::active) return Refusal{.error = AccountError::session_ended};
  if (proven_hash && record->password_hash != *proven_hash) return Refusal{.error = AccountError::wrong_password};
  const bool two_factors = contract::assurance_of_amr(who.amr) > contract::Assurance::one_factor;
  if (proven_hash && !two_factors && parts_.second_step != nullptr && parts_.second_step->required(tx, who.account)) {
    return Refusal{.error = AccountError::stronger_sign_in};
  }
  return std::move(*record);
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

awaitable<base::Result<SelfService::Proven, Refusal>> SelfService::prove(const contract::Principal& who,
                                                                         const base::Secret& current_password,
                                                                         Caller caller) {
  const auto prepared = prepare_password(current_password);
  if (!prepared) co_return parts_.passwords.refuse(prepared.error(), "current_password");
  auto load = [&](db::Transaction& tx) { return parts_.store.find_with_profile(tx, who.account); };
  auto record = co_await parts_.database.read(load);
  if (!record) co_return Refusal{.error = AccountError::not_found};
  // Holding a live session of the account is what makes a known device.
  auto attempt = parts_.passwords.attempt_on(record->id.bytes(), caller.address, true);
  const auto proof = co_await parts_.passwords.prove(attempt, *prepared, record->password_hash, caller.address);
  if (!proof) co_return proof.error();
  if (!proof->matches) {
    const std::string account = record->id.to_string();
    parts_.log.info("reauthentication_failed", {{"account", account}}, &caller.trace);
    co_return Refusal{.error = AccountError::wrong_password};
  }
  co_await parts_.passwords.accept(attempt);
  Profile profile = parts_.vault.open(*record);
  co_return Proven{std::move(*record), std::move(profile)};
}

base::Result<SelfService::PreparedChange, Refusal> SelfService::prepare(const ProfileChange& change) const {
  Refusal refusal;
  PreparedChange prepared;
  if (change.display_name) {
    prepared.display_name = prepare_display_name(*change.display_name);
    if (!prepared.display_name) {
      refusal.fields.push_back({"display_name", "must be at most " + std::to_string(kMaxDisplayNameCharacters) +
                                                    " characters, without control characters or line breaks"});
    }
  }
  if (change.username) {
    auto username = text::prepare_username(*change.username);
    if (!username) refusal.fields.push_back({"username", text::to_string(username.error())});
    if (username) prepared.username = std::move(*username);
  }
  if (change.email) {
    auto email = text::prepare_email(*change.email);
    if (!email) refusal.fields.push_back({"email", text::to_string(email.error())});
    if (email) prepared.email = std::move(*email);
  }
  if ((change.username || change.email) && !change.current_password) {
    refusal.fields.push_back({"current_password", "is needed to change the username or the e-mail address"});
  }
  if (!refusal.fields.empty()) return refusal;
  return prepared;
}

base::Result<Account, Refusal> SelfService::apply(db::Transaction& tx, const contract::Principal& who,
                                                  const PreparedChange& change,
                                                  const std::optional<std::string>& proven_hash) const {
  const auto record = load_for_change(tx, who, proven_hash);
  if (!record) return record.error();
  Profile profile = parts_.vault.open(*record);
  NameChange names;
  if (change.display_name) profile.display_name = *change.display_name;
  if (change.email) {
    profile.email = change.email->expose();
    names.email_index = parts_.vault.email_index(*change.email);
  }
  if (change.username) {
    names.username = change.username->canonical();
    names.username_skeleton = change.username->skeleton();
  }
  names.profile_sealed = parts_.vault.reseal(*record, profile);
  const auto changed = parts_.store.change_names(tx, record->id, names, parts_.clock.now());
  if (!changed && changed.error() == StoreError::taken) return Refusal{.error = AccountError::name_taken};
  if (!changed) return Refusal{.error = AccountError::not_found};
  return assemble(parts_.vault, parts_.store.find_with_profile(tx, record->id).value());
}

awaitable<base::Result<Account, Refusal>> SelfService::change_profile(const contract::Principal& who,
                                                                      ProfileChange change, Caller caller) {
  const auto prepared = prepare(change);
  if (!prepared) co_return prepared.error();
  std::optional<std::string> proven_hash;
  if (change.username || change.email) {
    const auto proven = co_await prove(who, *change.current_password, caller);
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
                     {"email", change.email.has_value()},
                     {"display_name", change.display_name.has_value()}},
                    &caller.trace);
  }
  co_return account;
}

awaitable<base::Result<void, Refusal>> SelfService::change_password(const contract::Principal& who,
                                                                    PasswordChange change, Caller caller) {
  if (auto problem = parts_.passwords.check_form(change.new_password, "new_password")) {
    co_return invalid_input(problem->field, problem->message);
  }
  const auto proven = co_await prove(who, change.current_password, caller);
  if (!proven) co_return proven.error();
  if (change.new_password == change.current_password) {
    co_return invalid_input("new_password", "must be another than the current one");
  }
  std::vector<std::string> words{proven->record.username, proven->profile.email, proven->profile.display_name};
  const auto hash =
      co_await parts_.passwords.choose(change.new_password, "new_password", std::move(words), caller.address);
  if (!hash) co_return hash.error();

  using Ended = std::vector<contract::Revocation>;
  auto replace = [&](db::Transaction& tx) -> base::Result<Ended, Refusal> {
    const auto record = load_for_change(tx, who, proven->record.password_hash);
    if (!record) return record.error();
    const auto now = parts_.clock.now();
    if (!parts_.store.replace_password_hash(tx, who.account, proven->record.password_hash, *hash, now)) {
      return Refusal{.error = AccountError::wrong_password};
    }
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
