#include "platform/limits/shared/redis_rate_limiter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "platform/base/random.hpp"
#include "platform/limits/shared/two_nodes.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse::limits {
namespace {

using test_only::TwoNodes;

class RedisRateLimiterTest : public ::testing::Test {
 protected:
  static bool take(RedisRateLimiter& limiter, const std::string& subject = "192.0.2.1") {
    return test::run_on_loop(limiter.take(subject)).allowed;
  }

  TwoNodes nodes;
  const Rate rate{.burst = 100, .per_second = 0.001};
  RedisRateLimiter first{"sign-in", rate, *nodes.redis[0], nodes.keys, nodes.clock};
  RedisRateLimiter second{"sign-in", rate, *nodes.redis[1], nodes.keys, nodes.clock};
};

TEST_F(RedisRateLimiterTest, two_nodes_share_one_bucket_to_the_last_token) {
  std::atomic<int> allowed = 0;
  const auto one = [&](std::size_t i) -> boost::asio::awaitable<void> {
    if ((co_await (i % 2 == 0 ? first : second).take("192.0.2.1")).allowed) ++allowed;
  };
  test::run_together(300, one);
  EXPECT_EQ(allowed, 100);
  EXPECT_FALSE(take(first));
  EXPECT_FALSE(take(second));
  EXPECT_TRUE(take(second, "192.0.2.2")) << "each key for itself";
}

TEST_F(RedisRateLimiterTest, says_what_is_left_as_the_local_one_does) {
  RateLimiter local(rate, nodes.clock);
  for (int i = 0; i < 100; ++i) {
    const auto here = local.take(1);
    const auto shared = test::run_on_loop((i % 2 == 0 ? first : second).take("x"));
    ASSERT_EQ(shared.allowed, here.allowed);
    ASSERT_EQ(shared.limit, here.limit);
    ASSERT_EQ(shared.remaining, here.remaining);
    ASSERT_NEAR(static_cast<double>(shared.reset.count()), static_cast<double>(here.reset.count()), 30);
  }
  const auto refused = test::run_on_loop(first.take("x"));
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_GT(refused.retry_after.count(), 900);
  EXPECT_LE(refused.retry_after.count(), 1000);
}

TEST_F(RedisRateLimiterTest, gives_back_as_redis_clock_goes_on) {
  const Rate quick{.burst = 1, .per_second = 50};
  RedisRateLimiter limiter("quick", quick, *nodes.redis[0], nodes.keys, nodes.clock);
  ASSERT_TRUE(take(limiter));
  test_only::eventually([&] { return take(limiter); });
}

TEST_F(RedisRateLimiterTest, keys_tell_nobody_who_it_is_and_expire) {
  EXPECT_TRUE(take(first, "192.0.2.1"));
  const auto key = nodes.server.cli({"KEYS", "*"});
  EXPECT_EQ(key.find("192.0.2.1"), std::string::npos);
  EXPECT_EQ(key, "gatehouse:rate:sign-in:" + nodes.keys.name_of("sign-in", "192.0.2.1"));
  const auto left = std::stoll(nodes.server.cli({"PTTL", key}));
  EXPECT_GT(left, 900'000);
  EXPECT_LE(left, 1'000'000) << "no longer than the bucket takes to fill";
}

TEST_F(RedisRateLimiterTest, a_tier_does_not_count_for_another) {
  RedisRateLimiter other("registration", {.burst = 1, .per_second = 0.001}, *nodes.redis[0], nodes.keys, nodes.clock);
  EXPECT_TRUE(take(other));
  EXPECT_FALSE(take(other));
  EXPECT_TRUE(take(first));
}

TEST_F(RedisRateLimiterTest, without_redis_each_process_grants_half) {
  nodes.server.kill();
  nodes.wait_until_away();
  int allowed = 0;
  for (int i = 0; i < 200; ++i) allowed += take(first, "192.0.2.9") ? 1 : 0;
  EXPECT_EQ(allowed, 50);
}

TEST_F(RedisRateLimiterTest, losing_redis_gives_nobody_a_new_bucket) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(take(first));
  nodes.server.kill();
  nodes.wait_until_away();
  EXPECT_FALSE(take(first));
}

TEST_F(RedisRateLimiterTest, counts_together_again_when_redis_is_back) {
  nodes.server.freeze();
  EXPECT_TRUE(take(first)) << "waits for it once, then decides alone";
  nodes.wait_until_away();
  nodes.server.thaw();
  nodes.wait_until_up();
  telemetry::Metrics metrics;
  first.register_metrics(metrics);
  EXPECT_TRUE(take(first));
  const auto text = metrics.render();
  EXPECT_NE(text.find("gatehouse_limits_decisions_total{by=\"redis\",limiter=\"sign-in\"} 1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("gatehouse_limits_decisions_total{by=\"process\",limiter=\"sign-in\"} 1"), std::string::npos);
}

TEST_F(RedisRateLimiterTest, decides_alone_when_redis_has_no_memory_left) {
  (void)nodes.server.cli({"CONFIG", "SET", "maxmemory", "1"});
  int allowed = 0;
  for (int i = 0; i < 200; ++i) allowed += take(first) ? 1 : 0;
  EXPECT_EQ(allowed, 50);
}

}  // namespace
}  // namespace gatehouse::limits
