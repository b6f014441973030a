#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/revocation.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/recovery/recovery_parts.hpp"
#include "platform/queue/job_store.hpp"

namespace gatehouse::identity {

inline constexpr std::string_view kRecoveryQueue = "recovery";
inline constexpr std::string_view kResetRequested = "reset_requested";  // payload: a blind index, in base64url

struct CodeReset {
  std::string email;
  base::Secret code{};
  base::Secret password{};
};

// A forgotten password. Whoever reads the account's mailbox sets a new one; that ends every session, closes every other
// link, and signs nobody in: a second factor is asked for as ever, unless the address was not proven before: then
// factors, too, may be of somebody who only named it, and go. Thread-safe.
//
// Errors: invalid_input (`email`, `password`), link_refused (forged, used, closed, expired, of a disabled account, a
// wrong code, or one try too many: not told apart).
class PasswordReset {
 public:
  // REQUIRES: all outlive it.
  PasswordReset(const RecoveryParts& parts, const queue::JobStore& jobs) : parts_(parts), jobs_(jobs) {}

  // Notes that somebody asks, and does nothing else: whether the address has an account is looked up later, by
  // answer_request(), so that nothing of the answer, its time included, can depend on it (U04).
  boost::asio::awaitable<base::Result<void, Refusal>> request(std::string email, Caller caller);
  // The job: sends the mail, to the stored address alone. Blocks. REQUIRES: not on an event loop.
  void answer_request(std::string_view payload);

  // Uses nothing up.
  boost::asio::awaitable<bool> is_open(base::Secret token);

  boost::asio::awaitable<base::Result<void, Refusal>> by_token(base::Secret token, base::Secret password,
                                                               Caller caller);
  boost::asio::awaitable<base::Result<void, Refusal>> by_code(CodeReset request, Caller caller);

 private:
  using Ended = std::vector<contract::Revocation>;
  [[nodiscard]] std::optional<AccountRecord> account_with(db::Transaction& tx, std::string_view email_index) const;
  [[nodiscard]] std::optional<base::Uuid> match_code(db::Transaction& tx, std::string_view email_index,
                                                     const base::Secret& code) const;
  [[nodiscard]] std::optional<AccountWithProfile> load(db::Transaction& tx, const MailProof& proof) const;
  void remove_strangers_factors(db::Transaction& tx, contract::AccountId account) const;
  [[nodiscard]] base::Result<Ended, Refusal> apply(db::Transaction& tx, base::Uuid proof,
                                                   const std::string& hash) const;
  boost::asio::awaitable<base::Result<void, Refusal>> set_password(base::Uuid proof, base::Secret password,
                                                                   Caller caller);

  const RecoveryParts& parts_;
  const queue::JobStore& jobs_;
};

}  // namespace gatehouse::identity
