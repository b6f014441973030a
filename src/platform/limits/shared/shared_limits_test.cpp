#include "platform/limits/shared/shared_limits.hpp"

#include <gtest/gtest.h>

#include <string>

#include "platform/limits/shared/two_nodes.hpp"

namespace gatehouse::limits {
namespace {

SharedLimitsOptions options(const std::string& url) {
  return {.redis = *cache::parse_redis_url(url),
          .key = base::Secret(std::string(32, 'k')),
          .sign_in = {.burst = 3, .per_second = 0.001},
          .registration = {.burst = 1, .per_second = 0.001}};
}

bool is_shared(SharedRateLimiter& limiter) {
  const auto limit = limiter.rate().burst;
  return test::run_on_loop(limiter.take("somebody else")).limit == limit;
}

TEST(SharedLimits, two_processes_count_together) {
  test::RedisServer server;
  base::SystemClock clock;
  base::SystemRandom random;
  telemetry::Metrics first_metrics;
  telemetry::Metrics second_metrics;
  SharedLimits first(options(server.url()), clock, random, first_metrics);
  SharedLimits second(options(server.url()), clock, random, second_metrics);
  test_only::eventually([&] { return is_shared(first.sign_in()) && is_shared(second.sign_in()); });

  EXPECT_TRUE(test::run_on_loop(first.registration().take("x")).allowed);
  EXPECT_FALSE(test::run_on_loop(second.registration().take("x")).allowed);
  EXPECT_EQ(first.failed_sign_ins().key_of("alice"), second.failed_sign_ins().key_of("alice"));
  const auto text = first_metrics.render();
  EXPECT_NE(text.find("gatehouse_cache_redis_up{client=\"redis_limits\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("limiter=\"failed_sign_ins\""), std::string::npos);
}

TEST(SharedLimits, a_process_starts_without_redis) {
  base::SystemClock clock;
  base::SystemRandom random;
  telemetry::Metrics metrics;
  SharedLimits limits(options("redis://127.0.0.1:" + std::to_string(test::free_port())), clock, random, metrics);
  EXPECT_TRUE(test::run_on_loop(limits.sign_in().take("x")).allowed);
  EXPECT_FALSE(test::run_on_loop(limits.sign_in().take("x")).allowed) << "half of three, and that is one";
}

}  // namespace
}  // namespace gatehouse::limits
