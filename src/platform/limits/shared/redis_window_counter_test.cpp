#include "platform/limits/shared/redis_window_counter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "platform/limits/shared/two_nodes.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;
using test_only::TwoNodes;

class RedisWindowCounterTest : public ::testing::Test {
 protected:
  static Tally add(RedisWindowCounter& counter, const std::string& subject) {
    return test::run_on_loop(counter.add("address", subject, 24h));
  }

  TwoNodes nodes;
  RedisWindowCounter first{"attacks", 1024, *nodes.redis[0], nodes.keys, nodes.clock};
  RedisWindowCounter second{"attacks", 1024, *nodes.redis[1], nodes.keys, nodes.clock};
};

TEST_F(RedisWindowCounterTest, two_nodes_count_one_subject_together) {
  EXPECT_EQ(add(first, "192.0.2.1").count, 1U);
  EXPECT_EQ(add(second, "192.0.2.1").count, 2U);
  EXPECT_EQ(add(second, "192.0.2.2").count, 1U);
  const auto seen = test::run_on_loop(first.look("address", "192.0.2.1"));
  EXPECT_EQ(seen.count, 2U);
  EXPECT_FALSE(seen.alone);
  test::run_on_loop(second.forget("address", "192.0.2.1"));
  EXPECT_EQ(test::run_on_loop(first.look("address", "192.0.2.1")).count, 0U);
}

TEST_F(RedisWindowCounterTest, U07_of_a_hundred_uses_at_once_over_two_nodes_one_is_the_first) {
  std::atomic<int> firsts = 0;
  const auto one = [&](std::size_t i) -> boost::asio::awaitable<void> {
    const auto tally = co_await (i % 2 == 0 ? first : second).add("proof", "p", 24h);
    if (tally.count == 1) ++firsts;
  };
  test::run_together(100, one);
  EXPECT_EQ(firsts, 1);
}

TEST_F(RedisWindowCounterTest, keys_tell_nobody_who_it_is_and_expire) {
  add(first, "192.0.2.1");
  const auto keys = nodes.server.cli({"KEYS", "*"});
  EXPECT_TRUE(keys.starts_with("gatehouse:attacks:")) << keys;
  EXPECT_EQ(keys.find("192.0.2.1"), std::string::npos);
  EXPECT_GT(std::stoll(nodes.server.cli({"PTTL", keys.substr(0, keys.find('\n'))})), 0);
}

TEST_F(RedisWindowCounterTest, without_redis_each_process_goes_on_with_its_own_part) {
  for (int i = 0; i < 3; ++i) add(first, "192.0.2.1");
  nodes.server.kill();
  nodes.wait_until_away();
  const auto alone = add(first, "192.0.2.1");
  EXPECT_TRUE(alone.alone);
  EXPECT_EQ(alone.count, 4U) << "losing Redis gives nobody a new window";
  EXPECT_TRUE(alone.reaches(8));
  EXPECT_EQ(add(second, "192.0.2.1").count, 1U);
}

}  // namespace
}  // namespace gatehouse::limits
