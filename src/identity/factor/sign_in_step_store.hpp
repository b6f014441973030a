#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "identity/account/account.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// A sign-in between its password and its second factor.
struct SignInStep {
  std::string id;  // of its ticket
  contract::AccountId account;
  std::string proven;  // standing_digest() of the account when its password was right
  base::TimePoint expires_at;
};

// Changes with the account's password and with its epoch: what a sign-in in progress must not outlive.
[[nodiscard]] std::string standing_digest(const AccountRecord& account);

// The tables `sign_in_step` and `spent_ticket`: what makes tickets single use. Works inside the caller's transaction;
// stateless, thread-safe.
class SignInStepStore {
 public:
  static constexpr int kMaxFailures = 5;  // wrong codes that end a step

  void insert(db::Transaction& tx, const SignInStep& step) const;
  // Nothing: unknown, done, expired, or ended by wrong codes.
  [[nodiscard]] std::optional<SignInStep> find(db::Transaction& tx, std::string_view id, base::TimePoint now) const;
  // One more wrong code; the last that is allowed ends the step.
  void count_failure(db::Transaction& tx, std::string_view id) const;
  // The step is done. Of two that finish it at once, one is true.
  [[nodiscard]] bool finish(db::Transaction& tx, std::string_view id) const;

  // A ticket that has no row of its own: true for the first who brings it.
  [[nodiscard]] bool spend(db::Transaction& tx, std::string_view id, base::TimePoint expires_at) const;

  // Removes at most `limit` rows that have expired; returns how many. None while another node does.
  std::size_t sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;
};

}  // namespace gatehouse::identity
