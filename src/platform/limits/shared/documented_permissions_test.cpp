#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "platform/limits/shared/redis_rate_limiter.hpp"
#include "platform/limits/shared/redis_sign_in_counter.hpp"
#include "platform/limits/shared/redis_window_counter.hpp"
#include "platform/limits/shared/two_nodes.hpp"

namespace gatehouse::limits {
namespace {

// The words of the ACL command in docs/ops/redis.md.
std::vector<std::string> documented_acl() {
  std::ifstream page(GATEHOUSE_SOURCE_DIR "/docs/ops/redis.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("ACL SETUSER")) continue;
    std::istringstream words(line);
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

TEST(DocumentedPermissions, are_enough_for_what_processes_count_together) {
  test_only::TwoNodes nodes;
  const auto acl = documented_acl();
  ASSERT_FALSE(acl.empty());
  ASSERT_EQ(nodes.server.cli(acl), "OK");
  base::SystemRandom random;
  base::SystemClock clock;
  auto url = cache::parse_redis_url(nodes.server.url("gatehouse:PASSWORD@"));
  cache::Redis redis(std::move(*url), {.timeout = std::chrono::seconds(2)}, clock, random);
  test_only::eventually([&] { return redis.is_up(); });

  RedisRateLimiter limiter("sign-in", {.burst = 1, .per_second = 0.001}, redis, nodes.keys, clock);
  EXPECT_TRUE(test::run_on_loop(limiter.take("x")).allowed);
  RedisRateLimiter other("sign-in", {.burst = 1, .per_second = 0.001}, *nodes.redis[0], nodes.keys, clock);
  EXPECT_FALSE(test::run_on_loop(other.take("x")).allowed) << "it was counted in Redis";

  RedisWindowCounter attacks("attacks", 1024, redis, nodes.keys, clock);
  EXPECT_EQ(test::run_on_loop(attacks.add("address", "x", std::chrono::hours(1))).count, 1U);
  const auto seen = test::run_on_loop(attacks.look("address", "x"));
  EXPECT_EQ(seen.count, 1U);
  EXPECT_FALSE(seen.alone);
  test::run_on_loop(attacks.forget("address", "x"));
  EXPECT_EQ(test::run_on_loop(attacks.look("address", "x")).count, 0U);

  RedisSignInCounter counter({}, redis, nodes.keys, clock);
  SignInAttempt attempt{.subject = 1, .address = 2};
  EXPECT_EQ(test::run_on_loop(counter.async_begin(attempt)).count(), 0);
  EXPECT_TRUE(attempt.counted_shared);
  test::run_on_loop(counter.async_succeeded(attempt));

  EXPECT_EQ(test::run_on_loop(redis.command({"SET", "gatehouse:profile:x", "y", "NX", "PX", "1000"})).as_text(), "OK");
  EXPECT_EQ(test::run_on_loop(redis.command({"GET", "gatehouse:profile:x"})).as_text(), "y");
  EXPECT_EQ(test::run_on_loop(redis.command({"DEL", "gatehouse:profile:x"})).as_integer(), 1);
  EXPECT_TRUE(test::run_on_loop(redis.command({"GET", "somebody:elses"})).is_error("NOPERM"));
  EXPECT_TRUE(test::run_on_loop(redis.command({"FLUSHALL"})).is_error("NOPERM"));
}

}  // namespace
}  // namespace gatehouse::limits
