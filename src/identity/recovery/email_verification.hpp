#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "contract/principal.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/recovery/recovery_parts.hpp"

namespace gatehouse::identity {

// The address that an account was registered with becomes its own once somebody shows to read its mailbox: from then on
// one signs in with it, and nobody else gets it. Thread-safe.
//
// Errors: link_refused (forged, used, closed, expired, for an address the account no longer names, a wrong code, or one
// try too many: not told apart); name_taken (another account proved the address first).
class EmailVerification {
 public:
  explicit EmailVerification(const RecoveryParts& parts) : parts_(parts) {}  // outlives it

  // Sends the mail again; nothing to do when the address is proven, or got enough mails within the hour.
  boost::asio::awaitable<base::Result<void, Refusal>> send_again(contract::Principal who);

  boost::asio::awaitable<base::Result<void, Refusal>> by_token(base::Secret token, Caller caller);
  // The code alone names no account, so it takes a session.
  boost::asio::awaitable<base::Result<void, Refusal>> by_code(contract::Principal who, base::Secret code,
                                                              Caller caller);

 private:
  [[nodiscard]] base::Result<void, Refusal> apply(db::Transaction& tx, base::Uuid proof) const;
  [[nodiscard]] std::optional<base::Uuid> match_code(db::Transaction& tx, contract::AccountId account,
                                                     const base::Secret& code) const;
  boost::asio::awaitable<base::Result<void, Refusal>> finish(contract::AccountId account, base::Uuid proof,
                                                             Caller caller);

  const RecoveryParts& parts_;
};

}  // namespace gatehouse::identity
