#pragma once

#include <cstdint>
#include <mutex>

#include "platform/base/clock.hpp"

namespace gatehouse::limits {

struct RetryBudgetOptions {
  double share = 0.1;     // of the calls may be retried
  double per_second = 1;  // and so many whatever the traffic, so that a quiet service may retry, too
  double max_saved = 10;  // retries saved up for later
};

// How many retries the process may add to its own traffic: when everything fails, retries must not multiply the load on
// a server that is already on its knees (Google, Site Reliability Engineering, chapter 21; Finagle's RetryBudget).
//
// Count each call once with call(), its retries not. Thread-safe: one short lock a call.
class RetryBudget {
 public:
  // REQUIRES: the clock outlives it.
  RetryBudget(RetryBudgetOptions options, const base::Clock& clock);
  RetryBudget(const RetryBudget&) = delete;
  RetryBudget& operator=(const RetryBudget&) = delete;

  void call();
  // True: retry, and it is taken from the budget. False: give up now.
  [[nodiscard]] bool try_retry();

  // Retries asked for when nothing was left, since start: for the metrics.
  [[nodiscard]] std::uint64_t refused() const;

 private:
  void refill();

  const RetryBudgetOptions options_;
  const base::Clock& clock_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  double saved_;
  base::SteadyPoint refilled_at_;
  std::uint64_t refused_ = 0;
};

}  // namespace gatehouse::limits
