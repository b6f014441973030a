#include "platform/limits/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/support/fake_random.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;

class CircuitBreakerTest : public ::testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker.admit()->failed();
  }
  // Past any jitter.
  void wait_for_probe(std::chrono::milliseconds cool_down) { clock.advance(cool_down + cool_down / 2); }

  base::FakeClock clock;
  test::FakeRandom random;
  CircuitBreaker breaker{{.failures = 3, .cool_down = 100ms, .max_cool_down = 300ms}, clock, random};
};

TEST_F(CircuitBreakerTest, opens_after_failures_in_a_row) {
  fail(2);
  EXPECT_EQ(breaker.stats().state, BreakerState::closed);
  fail(1);
  EXPECT_EQ(breaker.stats().state, BreakerState::open);
  EXPECT_FALSE(breaker.admit());
  EXPECT_EQ(breaker.stats().opened, 1U);
  EXPECT_EQ(breaker.stats().refused, 1U);
}

TEST_F(CircuitBreakerTest, a_success_between_failures_starts_the_row_anew) {
  fail(2);
  breaker.admit()->succeeded();
  fail(2);
  EXPECT_EQ(breaker.stats().state, BreakerState::closed);
}

TEST_F(CircuitBreakerTest, a_dropped_permit_counts_as_neither) {
  fail(2);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(breaker.admit());
  EXPECT_EQ(breaker.stats().state, BreakerState::closed);
  fail(1);
  EXPECT_EQ(breaker.stats().state, BreakerState::open);
}

TEST_F(CircuitBreakerTest, lets_one_probe_through_after_the_cool_down) {
  fail(3);
  clock.advance(99ms);
  EXPECT_FALSE(breaker.admit());
  wait_for_probe(100ms);
  auto probe = breaker.admit();
  ASSERT_TRUE(probe);
  EXPECT_EQ(breaker.stats().state, BreakerState::half_open);
  EXPECT_FALSE(breaker.admit()) << "a second call must wait for the probe's end";
  probe->succeeded();
  EXPECT_EQ(breaker.stats().state, BreakerState::closed);
  EXPECT_TRUE(breaker.admit());
}

TEST_F(CircuitBreakerTest, a_probe_that_is_dropped_makes_room_for_the_next) {
  fail(3);
  wait_for_probe(100ms);
  { const auto dropped = breaker.admit(); }
  EXPECT_EQ(breaker.stats().state, BreakerState::half_open);
  EXPECT_TRUE(breaker.admit());
}

TEST_F(CircuitBreakerTest, waits_longer_after_each_failed_probe_up_to_the_maximum) {
  fail(3);
  for (const auto cool_down : {100ms, 200ms, 300ms, 300ms}) {
    clock.advance(cool_down - 1ms);
    EXPECT_FALSE(breaker.admit()) << cool_down.count();
    wait_for_probe(cool_down);
    auto probe = breaker.admit();
    ASSERT_TRUE(probe) << cool_down.count();
    probe->failed();
  }
  wait_for_probe(300ms);
  breaker.admit()->succeeded();
  fail(3);
  wait_for_probe(100ms);
  EXPECT_TRUE(breaker.admit()) << "closing forgets the long waits";
  EXPECT_EQ(breaker.stats().opened, 2U);
}

// A call that hung since before the server was lost must not close, or open, what was decided since.
TEST_F(CircuitBreakerTest, ignores_what_calls_of_an_earlier_time_say) {
  auto late_success = breaker.admit();
  auto late_failure = breaker.admit();
  fail(3);
  late_success->succeeded();
  EXPECT_EQ(breaker.stats().state, BreakerState::open);
  wait_for_probe(100ms);
  breaker.admit()->succeeded();
  fail(2);
  late_failure->failed();
  EXPECT_EQ(breaker.stats().state, BreakerState::closed);
}

TEST_F(CircuitBreakerTest, admits_exactly_one_probe_of_many_threads) {
  fail(3);
  wait_for_probe(100ms);
  std::atomic<int> admitted = 0;
  std::mutex mutex;
  std::vector<CircuitBreaker::Permit> permits;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      if (auto permit = breaker.admit()) {
        ++admitted;
        const std::lock_guard lock(mutex);
        permits.push_back(std::move(*permit));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted, 1);
}

TEST_F(CircuitBreakerTest, shows_its_state_and_changes_as_metrics) {
  telemetry::Metrics metrics;
  breaker.register_metrics(metrics, "redis_cache");
  fail(3);
  const auto text = metrics.render();
  EXPECT_NE(text.find("gatehouse_limits_breaker_state{breaker=\"redis_cache\"} 2"), std::string::npos) << text;
  EXPECT_NE(text.find("gatehouse_limits_breaker_transitions_total{breaker=\"redis_cache\",to=\"open\"} 1"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace gatehouse::limits
