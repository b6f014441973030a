#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "contract/principal.hpp"
#include "identity/account/account.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/refusal.hpp"
#include "identity/account/second_step.hpp"
#include "identity/session/session_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// Lets a signed-in caller prove that they know the account's password, before what a stolen session must not be enough
// for. Thread-safe.
class CurrentPassword {
 public:
  struct Parts {  // all outlive it
    db::Database& database;
    const AccountStore& store;
    const AccountVault& vault;
    PasswordWork& passwords;
    const SessionStore& session_store;
    const base::Clock& clock;
    telemetry::Logger& log;
    const SecondStep* second_step = nullptr;  // nullptr: there are no second factors
  };
  explicit CurrentPassword(Parts parts) : parts_(parts) {}

  struct Proven {
    AccountWithProfile record;
    Profile profile;
  };
  // Errors: not_found, invalid_input (naming `field`), throttled, wrong_password.
  boost::asio::awaitable<base::Result<Proven, Refusal>> prove(contract::Principal who, base::Secret password,
                                                              std::string field, Caller caller);

  // The account at the moment of the change, not at that of the check: a session that ended or a password that was
  // replaced meanwhile must not get one more change through. `proven_hash`: of what was proven; nothing: no password
  // was asked for. Errors: not_found, session_ended, wrong_password; stronger_sign_in, when there is a second factor
  // that this session was begun without.
  [[nodiscard]] base::Result<AccountWithProfile, Refusal> load_for_change(
      db::Transaction& tx, const contract::Principal& who, const std::optional<std::string>& proven_hash) const;

 private:
  Parts parts_;
};

}  // namespace gatehouse::identity
