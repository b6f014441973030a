#include "platform/limits/retry_budget.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;

int spend_all(RetryBudget& budget) {
  int spent = 0;
  while (budget.try_retry()) ++spent;
  return spent;
}

TEST(RetryBudget, begins_with_what_it_may_save) {
  base::FakeClock clock;
  RetryBudget budget({.share = 0.1, .per_second = 1, .max_saved = 5}, clock);
  EXPECT_EQ(spend_all(budget), 5);
  EXPECT_EQ(budget.refused(), 1U);
}

TEST(RetryBudget, retries_at_most_its_share_of_the_calls) {
  base::FakeClock clock;
  RetryBudget budget({.share = 0.1, .per_second = 0, .max_saved = 10}, clock);
  spend_all(budget);
  int retried = 0;
  for (int i = 0; i < 1000; ++i) {
    budget.call();
    if (budget.try_retry()) ++retried;
  }
  EXPECT_EQ(retried, 100);
}

TEST(RetryBudget, allows_a_quiet_service_a_few_a_second) {
  base::FakeClock clock;
  RetryBudget budget({.share = 0.1, .per_second = 2, .max_saved = 10}, clock);
  spend_all(budget);
  clock.advance(499ms);
  EXPECT_FALSE(budget.try_retry());
  clock.advance(1ms);
  EXPECT_TRUE(budget.try_retry());
  EXPECT_FALSE(budget.try_retry());
}

TEST(RetryBudget, saves_no_more_than_its_maximum) {
  base::FakeClock clock;
  RetryBudget budget({.share = 1, .per_second = 1, .max_saved = 3}, clock);
  for (int i = 0; i < 1000; ++i) budget.call();
  clock.advance(1h);
  EXPECT_EQ(spend_all(budget), 3);
}

TEST(RetryBudget, many_threads_share_one_budget) {
  base::FakeClock clock;
  RetryBudget budget({.share = 0, .per_second = 0, .max_saved = 100}, clock);
  std::atomic<int> spent = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back([&] { spent += spend_all(budget); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(spent, 100);
}

}  // namespace
}  // namespace gatehouse::limits
