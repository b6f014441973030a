#include <algorithm>
#include <utility>

#include "identity/account/administration.hpp"
#include "identity/account/self_service.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMaxRoles = 32;

Refusal no_such_account() { return {.error = AccountError::not_found}; }

}  // namespace

base::Result<Account, Refusal> AccountSteps::show(db::Transaction& tx, contract::AccountId id) const {
  const auto record = parts_.store.find_with_profile(tx, id);
  if (!record) return no_such_account();
  return assemble(parts_.vault, *record);
}

AccountPage AccountSteps::page(db::Transaction& tx, AccountFilter filter) const {
  const std::size_t wanted = filter.limit;
  filter.limit = wanted + 1;  // one more says whether there is a next page
  auto records = parts_.store.page(tx, filter);
  AccountPage page;
  if (records.size() > wanted) {
    records.resize(wanted);
    page.next = records.back().id;
  }
  for (const auto& record : records) page.accounts.push_back(assemble(parts_.vault, record));
  return page;
}

std::optional<Account> AccountSteps::find_by_email(db::Transaction& tx, std::string_view email) const {
  const auto prepared = text::prepare_email(email);
  if (!prepared) return std::nullopt;
  const std::string index = parts_.vault.email_index(*prepared);
  const auto record = parts_.store.find_by_email_index(tx, index);
  const auto id = record ? std::optional(record->id) : unproven_.newest_with(tx, index);
  if (!id) return std::nullopt;
  return *show(tx, *id);
}

std::optional<Account> AccountSteps::find_by_username(db::Transaction& tx, std::string_view username) const {
  const auto prepared = text::prepare_username(username);
  if (!prepared) return std::nullopt;
  const auto record = parts_.store.find_by_username(tx, prepared->canonical());
  if (!record) return std::nullopt;
  return *show(tx, record->id);
}

std::optional<Refusal> AccountSteps::check_roles(const std::vector<std::string>& roles) const {
  if (roles.size() > kMaxRoles) {
    return invalid_input({"roles", "must be at most " + std::to_string(kMaxRoles), Mistake::too_many, kMaxRoles});
  }
  const auto defined = parts_.roles.snapshot();
  for (const auto& role : roles) {
    if (defined->contains(role)) continue;
    std::string known;
    for (const auto& [name, permissions] : *defined) known += known.empty() ? name : ", " + name;
    return invalid_input({"roles", "may hold only roles that there are: " + known});
  }
  return std::nullopt;
}

std::optional<Refusal> AccountSteps::check_giving(const Caller& caller, const std::vector<std::string>& roles) const {
  const auto beyond = contract::granted_beyond(*parts_.roles.snapshot(), roles, caller.roles);
  if (!beyond) return std::nullopt;
  return Refusal{.error = AccountError::beyond_own,
                 .fields = {{"roles", "must not grant what you may not do yourself: " + beyond->to_string()}}};
}

Caller AccountSteps::as_of(db::Transaction& tx, Caller caller) const {
  if (!caller.account) return caller;
  const auto own = parts_.store.find(tx, *caller.account);
  caller.roles = own && own->state == AccountState::active ? own->roles : std::vector<std::string>();
  return caller;
}

std::optional<Refusal> AccountSteps::check_reach(db::Transaction& tx, const Caller& caller,
                                                 contract::AccountId id) const {
  const auto record = parts_.store.find(tx, id);
  const auto roles = as_of(tx, caller).roles;
  if (!record || !contract::granted_beyond(*parts_.roles.snapshot(), record->roles, roles)) return std::nullopt;
  return Refusal{.error = AccountError::beyond_own};
}

base::Result<AccountChange, Refusal> AccountSteps::set_roles(db::Transaction& tx, contract::AccountId id,
                                                             const std::vector<std::string>& roles) const {
  if (auto refusal = check_roles(roles)) return std::move(*refusal);
  const auto now = parts_.clock.now();
  const auto epoch = parts_.store.set_roles(tx, id, roles, now);
  if (!epoch) return no_such_account();
  AccountChange change;
  change.revoked.push_back(parts_.revocations.revoke_tokens_before(tx, id, *epoch, now));
  change.account = *show(tx, id);
  return change;
}

// What a thief had mailed is as good as a session of theirs. That a change of address can be put back stays.
void AccountSteps::close_links(db::Transaction& tx, contract::AccountId id) const {
  MailProofStore().close_all(tx, id, {ProofPurpose::reset_password, ProofPurpose::change_email}, parts_.clock.now());
}

base::Result<AccountChange, Refusal> AccountSteps::disable(db::Transaction& tx, contract::AccountId id) const {
  const auto now = parts_.clock.now();
  const auto epoch = parts_.store.set_state(tx, id, AccountState::disabled, now);
  if (!epoch) return no_such_account();
  close_links(tx, id);
  AccountChange change;
  change.revoked = parts_.sessions.end_all_of_account(tx, id, std::nullopt, EndReason::account_disabled, now);
  change.revoked.push_back(parts_.revocations.revoke_tokens_before(tx, id, *epoch, now));
  change.account = *show(tx, id);
  return change;
}

base::Result<AccountChange, Refusal> AccountSteps::enable(db::Transaction& tx, contract::AccountId id) const {
  if (!parts_.store.set_state(tx, id, AccountState::active, parts_.clock.now())) return no_such_account();
  return AccountChange{.account = *show(tx, id)};
}

base::Result<AccountChange, Refusal> AccountSteps::end_sessions(db::Transaction& tx, contract::AccountId id) const {
  auto account = show(tx, id);
  if (!account) return account.error();
  close_links(tx, id);
  auto revoked =
      parts_.sessions.end_all_of_account(tx, id, std::nullopt, EndReason::ended_by_admin, parts_.clock.now());
  return AccountChange{.account = std::move(*account), .revoked = std::move(revoked)};
}

}  // namespace gatehouse::identity
