#include "identity/privacy/deletion_service.hpp"

#include <utility>

#include "platform/base/uuid.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

base::Result<PendingDeletion, Refusal> DeletionService::write_request(db::Transaction& tx,
                                                                      const contract::Principal& who,
                                                                      const std::optional<std::string>& proven) const {
  const auto account = parts_.current_password.load_for_change(tx, who, proven);
  if (!account) return account.error();
  if (const auto before = parts_.erasures.pending(tx, who.account)) return *before;
  const auto now = parts_.clock.now();
  const auto made = parts_.erasures.request(tx, who.account, now, now + grace_);
  parts_.mail.send(tx, {.kind = MailKind::account_deletion, .account = who.account, .reference = who.account.uuid()});
  return made;
}

awaitable<base::Result<PendingDeletion, Refusal>> DeletionService::request(const contract::Principal& who,
                                                                           std::optional<base::Secret> password,
                                                                           Caller caller) {
  std::optional<std::string> proven_hash;
  if (password) {
    const auto proven = co_await parts_.current_password.prove(who, std::move(*password), "password", caller);
    if (!proven) co_return proven.error();
    proven_hash = proven->record.password_hash;
  } else if (who.auth_time + kFreshSignIn < parts_.clock.now()) {
    co_return invalid_input({"password", "is needed, or a sign-in within the last five minutes", Mistake::missing});
  }
  auto work = [&](db::Transaction& tx) { return write_request(tx, who, proven_hash); };
  auto pending = co_await parts_.database.write(work);
  if (pending) {
    const std::string account = who.account.to_string();
    parts_.log.info("deletion_requested", {{"account", account}}, &caller.trace);
  }
  co_return pending;
}

awaitable<bool> DeletionService::cancel(const contract::Principal& who, Caller caller) {
  auto work = [&](db::Transaction& tx) { return parts_.erasures.cancel(tx, who.account); };
  const bool cancelled = co_await parts_.database.write(work);
  if (cancelled) {
    const std::string account = who.account.to_string();
    parts_.log.info("deletion_cancelled", {{"account", account}}, &caller.trace);
  }
  co_return cancelled;
}

awaitable<std::optional<PendingDeletion>> DeletionService::pending(contract::AccountId account) {
  auto work = [&](db::Transaction& tx) { return parts_.erasures.pending(tx, account); };
  co_return co_await parts_.database.read(work);
}

awaitable<base::Result<void, Refusal>> DeletionService::erase(contract::AccountId account, Caller caller) {
  using Ended = std::vector<contract::Revocation>;
  auto work = [&](db::Transaction& tx) -> base::Result<Ended, Refusal> {
    if (caller.account == account) return Refusal{.error = AccountError::own_account};
    if (auto refusal = parts_.accounts.check_reach(tx, caller, account)) return std::move(*refusal);
    auto ended = parts_.erasures.erase(tx, account, {"administrator", caller.account}, parts_.clock.now());
    if (!ended) return Refusal{.error = AccountError::not_found};
    return std::move(*ended);
  };
  auto revoked = co_await forgetting(parts_.profiles, account, parts_.database.write(work));
  if (!revoked) co_return revoked.error();
  co_await parts_.sessions.announce(std::move(*revoked), EndReason::account_erased);
  const std::string id = account.to_string();
  parts_.log.info("account_erased", {{"account", id}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

}  // namespace gatehouse::identity
