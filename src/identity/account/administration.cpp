#include "identity/account/administration.hpp"

#include <algorithm>
#include <utility>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

// Where the caller may: as the step leaves it, and an event if anything was done.
Administration::Change Administration::take(db::Transaction& tx, std::string_view type, contract::AccountId id,
                                            const Caller& caller, const std::function<Change()>& step) const {
  if (auto refusal = steps_.check_reach(tx, caller, id)) return std::move(*refusal);
  auto change = step();
  if (!change) return change;
  audit::Event event{.type = type, .subject = id.uuid()};
  if (caller.account) event.actor = caller.account->uuid();
  if (type == audit::type::kRolesSet) event.fields.push_back({"roles", base::join_words(change->account.roles)});
  steps_.record(tx, event);
  return change;
}

bool Administration::loses_role(db::Transaction& tx, contract::AccountId id,
                                const std::vector<std::string>& roles) const {
  const auto account = steps_.show(tx, id);
  return account && std::ranges::any_of(account->roles, [&](const auto& role) {
           return std::ranges::find(roles, role) == roles.end();
         });
}

awaitable<base::Result<Account, Refusal>> Administration::finish(base::Result<AccountChange, Refusal> change,
                                                                 EndReason reason, const char* event, Caller caller) {
  if (!change) co_return change.error();
  co_await sessions_.announce(std::move(change->revoked), reason);
  const std::string account = change->account.id.to_string();
  const std::string by = caller.account ? caller.account->to_string() : "";
  log_.info(event, {{"account", account}, {"by", by}}, &caller.trace);
  co_return std::move(change->account);
}

awaitable<base::Result<Account, Refusal>> Administration::show(contract::AccountId id) {
  auto step = [&](db::Transaction& tx) { return steps_.show(tx, id); };
  co_return co_await database_.read(step);
}

awaitable<AccountPage> Administration::page(AccountFilter filter) {
  auto step = [&](db::Transaction& tx) { return steps_.page(tx, filter); };
  co_return co_await database_.read_stale(step);
}

awaitable<AccountPage> Administration::find_by_email(std::string email) {
  auto step = [&](db::Transaction& tx) { return steps_.find_by_email(tx, email); };
  auto account = co_await database_.read(step);
  AccountPage page;
  if (account) page.accounts.push_back(std::move(*account));
  co_return page;
}

awaitable<std::vector<AccountName>> Administration::names(std::vector<contract::AccountId> ids) {
  auto step = [&](db::Transaction& tx) { return steps_.names(tx, ids); };
  co_return co_await database_.read_stale(step);
}

awaitable<base::Result<Account, Refusal>> Administration::set_roles(contract::AccountId id,
                                                                    std::vector<std::string> roles, Caller caller) {
  auto step = [&](db::Transaction& tx) -> Change {
    if (auto refusal = steps_.check_giving(steps_.as_of(tx, caller), roles)) return std::move(*refusal);
    if (caller.account == id && loses_role(tx, id, roles)) return Refusal{.error = AccountError::own_account};
    return take(tx, audit::type::kRolesSet, id, caller, [&] { return steps_.set_roles(tx, id, roles); });
  };
  auto change = co_await forgetting(profiles_, id, database_.write(step));
  co_return co_await finish(std::move(change), EndReason::ended_by_admin, "roles_changed", std::move(caller));
}

awaitable<base::Result<Account, Refusal>> Administration::disable(contract::AccountId id, Caller caller) {
  auto step = [&](db::Transaction& tx) -> Change {
    if (caller.account == id) return Refusal{.error = AccountError::own_account};
    return take(tx, audit::type::kAccountDisabled, id, caller, [&] { return steps_.disable(tx, id); });
  };
  auto change = co_await forgetting(profiles_, id, database_.write(step));
  co_return co_await finish(std::move(change), EndReason::account_disabled, "account_disabled", std::move(caller));
}

awaitable<base::Result<Account, Refusal>> Administration::enable(contract::AccountId id, Caller caller) {
  auto step = [&](db::Transaction& tx) {
    return take(tx, audit::type::kAccountEnabled, id, caller, [&] { return steps_.enable(tx, id); });
  };
  auto change = co_await forgetting(profiles_, id, database_.write(step));
  co_return co_await finish(std::move(change), EndReason::ended_by_admin, "account_enabled", std::move(caller));
}

awaitable<base::Result<Account, Refusal>> Administration::end_sessions(contract::AccountId id, Caller caller) {
  auto step = [&](db::Transaction& tx) {
    return take(tx, audit::type::kSessionsEndedByAdmin, id, caller, [&] { return steps_.end_sessions(tx, id); });
  };
  auto change = co_await database_.write(step);
  co_return co_await finish(std::move(change), EndReason::ended_by_admin, "sessions_ended", std::move(caller));
}

}  // namespace gatehouse::identity
