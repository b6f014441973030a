#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "contract/revocation.hpp"
#include "identity/account/account.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/profile_cache.hpp"
#include "identity/account/refusal.hpp"
#include "identity/proof/unproven_email_store.hpp"
#include "identity/role/roles.hpp"
#include "identity/session/session_service.hpp"
#include "identity/session/session_store.hpp"
#include "identity/token/revocation_store.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

inline constexpr std::size_t kMaxAccountsPerPage = 100;

struct AccountPage {
  std::vector<Account> accounts;
  std::optional<contract::AccountId> next{};  // behind which the next page begins; nothing: this was the last
};

// What a change ended. Already in the revocation log; to be published to the gates after the commit.
struct AccountChange {
  Account account;
  std::vector<contract::Revocation> revoked{};
};

// What an administrator does with an account, each as one step inside the caller's transaction, so that the HTTP
// interface (on event loops) and the command line (blocking) do the very same. Stateless: thread-safe.
// Errors: not_found; set_roles also invalid_input, naming `roles`.
class AccountSteps {
 public:
  struct Parts {  // all outlive it
    const AccountStore& store;
    const AccountVault& vault;
    const SessionStore& sessions;
    const RevocationStore& revocations;
    const Roles& roles;
    const base::Clock& clock;
  };
  explicit AccountSteps(Parts parts) : parts_(parts) {}

  [[nodiscard]] base::Result<Account, Refusal> show(db::Transaction& tx, contract::AccountId id) const;
  // REQUIRES: filter.limit within 1 … kMaxAccountsPerPage.
  [[nodiscard]] AccountPage page(db::Transaction& tx, AccountFilter filter) const;
  // By exact address (of who has proven it, else the newest account that names it) or username; nothing when nobody has
  // it or its form is none that an account can have.
  [[nodiscard]] std::optional<Account> find_by_email(db::Transaction& tx, std::string_view email) const;
  [[nodiscard]] std::optional<Account> find_by_username(db::Transaction& tx, std::string_view username) const;
  [[nodiscard]] std::vector<AccountName> names(db::Transaction& tx, std::span<const contract::AccountId> ids) const {
    return parts_.store.names(tx, ids);
  }

  // Sessions stay; every access token that was made before is void and refreshing brings one with the new roles.
  [[nodiscard]] base::Result<AccountChange, Refusal> set_roles(db::Transaction& tx, contract::AccountId id,
                                                               const std::vector<std::string>& roles) const;
  // Ends every session and voids every access token.
  [[nodiscard]] base::Result<AccountChange, Refusal> disable(db::Transaction& tx, contract::AccountId id) const;
  [[nodiscard]] base::Result<AccountChange, Refusal> enable(db::Transaction& tx, contract::AccountId id) const;
  [[nodiscard]] base::Result<AccountChange, Refusal> end_sessions(db::Transaction& tx, contract::AccountId id) const;

  // What administrators may hand out, and whom they may touch: nobody gives what they don't hold, nor gets at it by the
  // account of somebody who does. Nothing: they may; else beyond_own. Not asked for operators, who have the database.
  [[nodiscard]] std::optional<Refusal> check_giving(const Caller& caller, const std::vector<std::string>& roles) const;
  // The caller's roles as this transaction finds them: those of a token may have been taken away since.
  [[nodiscard]] Caller as_of(db::Transaction& tx, Caller caller) const;
  // Nothing, too, where there is no such account. Asked of the caller as_of() the transaction.
  [[nodiscard]] std::optional<Refusal> check_reach(db::Transaction& tx, const Caller& caller,
                                                   contract::AccountId id) const;

  // An audit event of such a change, in its transaction: who did it only the caller knows.
  void record(db::Transaction& tx, const audit::Event& event) const { audit::record(tx, event, parts_.clock.now()); }

  // Nothing when each exists; else invalid_input, naming `roles`.
  [[nodiscard]] std::optional<Refusal> check_roles(const std::vector<std::string>& roles) const;

 private:
  void close_links(db::Transaction& tx, contract::AccountId id) const;

  const UnprovenEmailStore unproven_{};

  Parts parts_;
};

// The same for event loops: durable, logged and effective at every gate of this process before each completes, and
// within what the caller's own roles grant. Errors: also beyond_own; own_account: nobody disables themselves or takes a
// role from themselves, so the last administrator can't be lost by that. The command line can.
class Administration {
 public:
  // `profiles` nullptr: there is no cache that would have to forget.
  Administration(db::Database& database, const AccountSteps& steps, SessionService& sessions, telemetry::Logger& log,
                 ProfileCache* profiles = nullptr)
      : database_(database), steps_(steps), sessions_(sessions), log_(log), profiles_(profiles) {}

  boost::asio::awaitable<base::Result<Account, Refusal>> show(contract::AccountId id);
  // From a replica, where there is one: a change may be missing for some seconds. Nothing is decided by a list.
  boost::asio::awaitable<AccountPage> page(AccountFilter filter);
  boost::asio::awaitable<AccountPage> find_by_email(std::string email);
  // Of those accounts that there are; for lists, from a replica as well.
  boost::asio::awaitable<std::vector<AccountName>> names(std::vector<contract::AccountId> ids);

  boost::asio::awaitable<base::Result<Account, Refusal>> set_roles(contract::AccountId id,
                                                                   std::vector<std::string> roles, Caller caller);
  boost::asio::awaitable<base::Result<Account, Refusal>> disable(contract::AccountId id, Caller caller);
  boost::asio::awaitable<base::Result<Account, Refusal>> enable(contract::AccountId id, Caller caller);
  boost::asio::awaitable<base::Result<Account, Refusal>> end_sessions(contract::AccountId id, Caller caller);

 private:
  using Change = base::Result<AccountChange, Refusal>;
  [[nodiscard]] Change take(db::Transaction& tx, std::string_view type, contract::AccountId id, const Caller& caller,
                            const std::function<Change()>& step) const;
  [[nodiscard]] bool loses_role(db::Transaction& tx, contract::AccountId id,
                                const std::vector<std::string>& roles) const;
  boost::asio::awaitable<base::Result<Account, Refusal>> finish(base::Result<AccountChange, Refusal> change,
                                                                EndReason reason, const char* event, Caller caller);

  db::Database& database_;
  const AccountSteps& steps_;
  SessionService& sessions_;
  telemetry::Logger& log_;
  ProfileCache* profiles_;
};

}  // namespace gatehouse::identity
