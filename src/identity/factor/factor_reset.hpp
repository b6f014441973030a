#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "identity/account/administration.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/factor/factor_notices.hpp"
#include "identity/session/session_service.hpp"
#include "identity/session/session_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"
#include "platform/db/transaction.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// What an administrator or an operator does for somebody who has lost every factor and every code. One step inside the
// caller's transaction, so that the HTTP interface and the command line do the very same. Stateless: thread-safe.
class FactorReset {
 public:
  struct Parts {  // all outlive it
    const AccountSteps& accounts;
    const SessionStore& sessions;
    const FactorNotices& notices;
    const base::Clock& clock;
  };
  explicit FactorReset(Parts parts) : parts_(parts) {}

  // All factors and recovery codes of the account are gone, and all its sessions end: the next sign-in takes the
  // password alone. The owner gets a letter. `actor`: nothing for an operator. Error: not_found.
  [[nodiscard]] base::Result<AccountChange, Refusal> reset(db::Transaction& tx, contract::AccountId account,
                                                           std::optional<contract::AccountId> actor) const;

 private:
  Parts parts_;
};

// The same for event loops: durable, logged and effective at every gate of this process before it completes. Error:
// also beyond_own (AccountSteps::check_reach), or else who resets an administrator's factors could sign in as them.
class FactorAdministration {
 public:
  // REQUIRES: all outlive it.
  FactorAdministration(db::Database& database, const AccountSteps& accounts, const FactorReset& step,
                       SessionService& sessions, telemetry::Logger& log)
      : database_(database), accounts_(accounts), step_(step), sessions_(sessions), log_(log) {}

  boost::asio::awaitable<base::Result<Account, Refusal>> reset(contract::AccountId account, Caller caller);

 private:
  db::Database& database_;
  const AccountSteps& accounts_;
  const FactorReset& step_;
  SessionService& sessions_;
  telemetry::Logger& log_;
};

}  // namespace gatehouse::identity
