#include "platform/limits/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/ip_address.hpp"
#include "platform/base/keyed_hash.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;
using base::IpAddress;

Key key_of(const std::string& address) { return base::KeyedHash{}(IpAddress::parse(address)->limit_key()); }

TEST(RateLimiter, allows_the_burst_then_refills_one_by_one) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 3, .per_second = 0.5}, clock);
  for (unsigned left : {2U, 1U, 0U}) {
    const auto d = limiter.take(1);
    EXPECT_TRUE(d.allowed);
    EXPECT_EQ(d.limit, 3U);
    EXPECT_EQ(d.remaining, left);
    EXPECT_EQ(d.retry_after, 0s);
  }
  const auto refused = limiter.take(1);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_EQ(refused.retry_after, 2s);
  EXPECT_EQ(refused.reset, 6s);
  clock.advance(1999ms);
  EXPECT_FALSE(limiter.take(1).allowed);
  clock.advance(1ms);
  EXPECT_TRUE(limiter.take(1).allowed);
  EXPECT_FALSE(limiter.take(1).allowed);
}

TEST(RateLimiter, retrying_after_what_it_says_succeeds) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 10, .per_second = 10.0 / 60}, clock);
  while (limiter.take(1).allowed) clock.advance(123ms);
  for (int i = 0; i < 20; ++i) {
    const auto refused = limiter.take(1);
    ASSERT_FALSE(refused.allowed);
    clock.advance(refused.retry_after);
    ASSERT_TRUE(limiter.take(1).allowed);
  }
}

TEST(RateLimiter, a_refused_request_costs_nothing) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 1, .per_second = 1}, clock);
  EXPECT_TRUE(limiter.take(1).allowed);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limiter.take(1).allowed);
  clock.advance(1s);
  EXPECT_TRUE(limiter.take(1).allowed);
}

TEST(RateLimiter, tells_an_exhausted_key_without_counting) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 2, .per_second = 1}, clock);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(limiter.is_exhausted(1));
  EXPECT_EQ(limiter.take(1).remaining, 1U);
  EXPECT_FALSE(limiter.is_exhausted(1));
  EXPECT_TRUE(limiter.take(1).allowed);
  EXPECT_TRUE(limiter.is_exhausted(1));
  EXPECT_FALSE(limiter.is_exhausted(2));
  clock.advance(1s);
  EXPECT_FALSE(limiter.is_exhausted(1));
}

TEST(RateLimiter, a_long_rest_gives_back_no_more_than_the_burst) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 2, .per_second = 100}, clock);
  EXPECT_TRUE(limiter.take(1).allowed);
  clock.advance(24h);
  EXPECT_TRUE(limiter.take(1).allowed);
  EXPECT_TRUE(limiter.take(1).allowed);
  EXPECT_FALSE(limiter.take(1).allowed);
}

TEST(RateLimiter, counts_each_key_for_itself) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 1, .per_second = 1}, clock);
  EXPECT_TRUE(limiter.take(key_of("192.0.2.1")).allowed);
  EXPECT_TRUE(limiter.take(key_of("192.0.2.2")).allowed);
  EXPECT_FALSE(limiter.take(key_of("192.0.2.1")).allowed);
}

// G10: rotating through the addresses of one's own /64 does not help.
TEST(RateLimiter, G10_counts_an_ipv6_64_as_one_key) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 5, .per_second = 1}, clock);
  int allowed = 0;
  for (int i = 0; i < 100; ++i) {
    if (limiter.take(key_of("2001:db8:1:2::" + std::to_string(i))).allowed) ++allowed;
  }
  EXPECT_EQ(allowed, 5);
  EXPECT_FALSE(limiter.take(key_of("2001:db8:1:2:ffff:ffff:ffff:ffff")).allowed);
  EXPECT_TRUE(limiter.take(key_of("2001:db8:1:3::1")).allowed);
}

TEST(RateLimiter, allows_exactly_the_burst_to_many_threads) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 1000, .per_second = 0.001}, clock);
  std::atomic<int> allowed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (limiter.take(7).allowed) ++allowed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(allowed, 1000);
}

TEST(RateLimiter, a_flood_of_new_keys_does_not_free_who_is_held_back) {
  base::FakeClock clock;
  RateLimiter limiter({.burst = 10, .per_second = 0.01}, clock, 1024);
  const Key held = key_of("192.0.2.1");
  while (limiter.take(held).allowed) {
  }
  for (int i = 0; i < 100'000; ++i) (void)limiter.take(base::keyed_hash(std::to_string(i)));
  EXPECT_FALSE(limiter.take(held).allowed);
}

TEST(RateLimiter, writes_the_header_fields) {
  base::FakeClock clock;
  const Rate rate{.burst = 10, .per_second = 10.0 / 60};
  RateLimiter limiter(rate, clock);
  EXPECT_EQ(rate_limit_policy_header("login", rate), "\"login\";q=10;w=60");
  EXPECT_EQ(rate_limit_header("login", limiter.take(1)), "\"login\";r=9;t=6");
}

}  // namespace
}  // namespace gatehouse::limits
