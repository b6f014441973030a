#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "contract/principal.hpp"
#include "identity/account/account.hpp"
#include "identity/account/account_metrics.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/current_password.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/profile_cache.hpp"
#include "identity/account/refusal.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "identity/session/session_service.hpp"
#include "identity/session/session_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// What is empty stays as it is.
struct ProfileChange {
  std::optional<std::string> display_name{};  // an empty text removes it
  std::optional<std::string> language{};      // of letters; an empty text leaves it to the installation
  std::optional<std::string> username{};
  std::optional<base::Secret> current_password{};  // needed for the username: it is what one signs in with
};

struct PasswordChange {
  base::Secret current_password;
  base::Secret new_password;
};

// What a signed-in person does with their own account. Thread-safe.
//
// Errors common to all: not_found (the account is gone), session_ended (it ended since the caller was authenticated;
// nothing has changed), invalid_input, and where the current password is asked for: throttled, wrong_password, and
// stronger_sign_in, when there is a second factor that this session was begun without.
class SelfService {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const AccountStore& store;
    const AccountVault& vault;
    PasswordWork& passwords;
    CurrentPassword& current_password;
    const MailProofStore& proofs;
    const MailOutbox& outbox;
    const SessionStore& session_store;
    SessionService& sessions;
    const base::Clock& clock;
    telemetry::Logger& log;
    AccountMetrics& metrics;
    ProfileCache* profiles = nullptr;  // nullptr: every look is at the database
  };
  explicit SelfService(Parts parts) : parts_(parts) {}

  // May come from the cache of profiles; what was changed through any process is never shown as it was before.
  boost::asio::awaitable<base::Result<Account, Refusal>> show(contract::Principal who);

  // name_taken as in a registration.
  boost::asio::awaitable<base::Result<Account, Refusal>> change_profile(const contract::Principal& who,
                                                                        ProfileChange change, Caller caller);

  // Closes links that would set a password or an address, tells the owner by mail, and ends every other session of the
  // account, at every gate before it completes; the caller's own goes on. One transaction: either the new password and
  // the ends, or neither.
  boost::asio::awaitable<base::Result<void, Refusal>> change_password(const contract::Principal& who,
                                                                      PasswordChange change, Caller caller);

 private:
  struct PreparedChange;
  boost::asio::awaitable<std::optional<AccountWithProfile>> find(const contract::Principal& who);
  [[nodiscard]] base::Result<PreparedChange, Refusal> prepare(const ProfileChange& change) const;
  [[nodiscard]] base::Result<Account, Refusal> apply(db::Transaction& tx, const contract::Principal& who,
                                                     const PreparedChange& change,
                                                     const std::optional<std::string>& proven_hash) const;
  void record_change(db::Transaction& tx, const contract::Principal& who, const PreparedChange& change) const;

  Parts parts_;
};

// Brings the row and its opened profile together.
[[nodiscard]] Account assemble(const AccountVault& vault, const AccountWithProfile& record);

}  // namespace gatehouse::identity
