#include "platform/limits/retry_budget.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace gatehouse::limits {

RetryBudget::RetryBudget(RetryBudgetOptions options, const base::Clock& clock)
    : options_(options), clock_(clock), saved_(options.max_saved), refilled_at_(clock.steady_now()) {
  if (options_.share < 0 || options_.per_second < 0 || options_.max_saved < 1) std::abort();
}

void RetryBudget::call() {
  const std::lock_guard lock(mutex_);
  saved_ = std::min(options_.max_saved, saved_ + options_.share);
}

bool RetryBudget::try_retry() {
  const std::lock_guard lock(mutex_);
  refill();
  // Ten tenths make a retry, though their sum as floating point falls just short of one.
  constexpr double kOne = 1 - 1e-9;
  if (saved_ < kOne) {
    ++refused_;
    return false;
  }
  saved_ = std::max(0.0, saved_ - 1);
  return true;
}

void RetryBudget::refill() {
  const auto now = clock_.steady_now();
  // Two threads may read the clock in one order and get the lock in the other.
  const std::chrono::duration<double> since = std::max(base::SteadyPoint::duration::zero(), now - refilled_at_);
  saved_ = std::min(options_.max_saved, saved_ + since.count() * options_.per_second);
  refilled_at_ = std::max(refilled_at_, now);
}

std::uint64_t RetryBudget::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace gatehouse::limits
