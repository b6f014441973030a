#pragma once

#include <chrono>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// Counts wrong codes of an account, over all its sign-ins and sessions, on all nodes: a new transaction doesn't begin
// anew. Whoever knows the password can try five codes, and then each one waits twice as long as the one before, an hour
// in the end: 24 a day, each right with three chances in a million.
// Passkeys are not counted and not held up, so that their owner is never locked out by whoever guesses.
// The table `code_guard`. Works inside the caller's transaction; stateless, thread-safe.
class CodeGuard {
 public:
  static constexpr int kFree = 5;
  static constexpr std::chrono::seconds kFirstWait{30};
  static constexpr std::chrono::seconds kLongestWait{std::chrono::hours(1)};

  // How long the account has to wait before a code is looked at; zero: not at all.
  [[nodiscard]] std::chrono::seconds wait(db::Transaction& tx, contract::AccountId account, base::TimePoint now) const;
  // How many there are in a row, this one included.
  std::int64_t count_failure(db::Transaction& tx, contract::AccountId account, base::TimePoint now) const;
  // A code was right.
  void forget(db::Transaction& tx, contract::AccountId account) const;
};

}  // namespace gatehouse::identity
