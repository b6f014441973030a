#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "contract/principal.hpp"
#include "identity/account/administration.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/current_password.hpp"
#include "identity/account/profile_cache.hpp"
#include "identity/account/refusal.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/privacy/erasure_store.hpp"
#include "identity/session/session_service.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// The end of an account: asked for by its owner, who has some days to think better of it, or by an administrator, at
// once. Thread-safe.
class DeletionService {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const ErasureStore& erasures;
    const AccountSteps& accounts;
    CurrentPassword& current_password;
    SessionService& sessions;
    const MailOutbox& mail;
    const base::Clock& clock;
    telemetry::Logger& log;
    ProfileCache* profiles = nullptr;  // nullptr: there is no cache that would have to forget
  };
  // A sign-in that old or younger shows who is asking as well as the password does.
  static constexpr std::chrono::minutes kFreshSignIn{5};

  // `grace`: from the request to the erasure.
  DeletionService(Parts parts, std::chrono::seconds grace) : parts_(parts), grace_(grace) {}

  // The account works as before until then; its owner is told by mail. A second request changes nothing and gives the
  // same answer. Without a password, invalid_input unless the sign-in is fresh; else as CurrentPassword does.
  boost::asio::awaitable<base::Result<PendingDeletion, Refusal>> request(const contract::Principal& who,
                                                                         std::optional<base::Secret> password,
                                                                         Caller caller);
  // False: none was asked for.
  boost::asio::awaitable<bool> cancel(const contract::Principal& who, Caller caller);
  boost::asio::awaitable<std::optional<PendingDeletion>> pending(contract::AccountId account);

  // At once and for good, without grace; every session has ended at every gate of this process before it completes.
  // `caller`: the administrator. Errors: not_found, own_account, beyond_own (AccountSteps::check_reach).
  boost::asio::awaitable<base::Result<void, Refusal>> erase(contract::AccountId account, Caller caller);

 private:
  [[nodiscard]] base::Result<PendingDeletion, Refusal> write_request(db::Transaction& tx,
                                                                     const contract::Principal& who,
                                                                     const std::optional<std::string>& proven) const;

  Parts parts_;
  const std::chrono::seconds grace_;
};

}  // namespace gatehouse::identity
