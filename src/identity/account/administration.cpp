#include "identity/account/administration.hpp"

#include <utility>

namespace gatehouse::identity {

using boost::asio::awaitable;

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

awaitable<base::Result<Account, Refusal>> Administration::set_roles(contract::AccountId id,
                                                                    std::vector<std::string> roles, Caller caller) {
  auto step = [&](db::Transaction& tx) { return steps_.set_roles(tx, id, roles); };
  auto change = co_await forgetting(profiles_, id, database_.write(step));
  co_return co_await finish(std::move(change), EndReason::ended_by_admin, "roles_changed", std::move(caller));
}

awaitable<base::Result<Account, Refusal>> Administration::disable(contract::AccountId id, Caller caller) {
  auto step = [&](db::Transaction& tx) { return steps_.disable(tx, id); };
  auto change = co_await forgetting(profiles_, id, database_.write(step));
  co_return co_await finish(std::move(change), EndReason::account_disabled, "account_disabled", std::move(caller));
}

awaitable<base::Result<Account, Refusal>> Administration::enable(contract::AccountId id, Caller caller) {
  auto step = [&](db::Transaction& tx) { return steps_.enable(tx, id); };
  auto change = co_await forgetting(profiles_, id, database_.write(step));
  co_return co_await finish(std::move(change), EndReason::ended_by_admin, "account_enabled", std::move(caller));
}

awaitable<base::Result<Account, Refusal>> Administration::end_sessions(contract::AccountId id, Caller caller) {
  auto step = [&](db::Transaction& tx) { return steps_.end_sessions(tx, id); };
  auto change = co_await database_.write(step);
  co_return co_await finish(std::move(change), EndReason::ended_by_admin, "sessions_ended", std::move(caller));
}

}  // namespace gatehouse::identity
