#include "platform/limits/shared/redis_sign_in_counter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <string>

#include "platform/limits/shared/two_nodes.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;
using test_only::TwoNodes;

// Nothing is forgotten while a test runs, and no wait ends.
constexpr SignInThrottleOptions kOptions{
    .pair = {5, 24h}, .subject = {50, 24h}, .address = {100, 24h}, .window = 24h * 365};

class RedisSignInCounterTest : public ::testing::Test {
 protected:
  SignInAttempt attempt(const std::string& subject, const std::string& address, const char* device = nullptr) const {
    SignInAttempt attempt{.subject = first.key_of(subject), .address = first.key_of(address)};
    if (device != nullptr) attempt.device = first.key_of(device);
    return attempt;
  }
  static std::int64_t begin(RedisSignInCounter& counter, SignInAttempt attempt) {
    return test::run_on_loop(counter.async_begin(attempt)).count();
  }
  // The failures counted, as Redis has them: "level delay at".
  int level(const std::string& kind) const {
    const auto keys = nodes.server.cli({"KEYS", "gatehouse:{sign-in}:" + kind + ":*"});
    if (keys.empty()) return 0;
    return static_cast<int>(std::lround(std::stod(nodes.server.cli({"GET", keys.substr(0, keys.find('\n'))}))));
  }

  TwoNodes nodes;
  RedisSignInCounter first{kOptions, *nodes.redis[0], nodes.keys, nodes.clock};
  RedisSignInCounter second{kOptions, *nodes.redis[1], nodes.keys, nodes.clock};
};

TEST_F(RedisSignInCounterTest, U07_a_hundred_guesses_at_once_over_two_nodes_count_a_hundred) {
  RedisSignInCounter wide_first({.pair = {200, 24h}, .subject = {200, 24h}, .address = {200, 24h}, .window = 24h * 365},
                                *nodes.redis[0], nodes.keys, nodes.clock);
  RedisSignInCounter wide_second(
      {.pair = {200, 24h}, .subject = {200, 24h}, .address = {200, 24h}, .window = 24h * 365}, *nodes.redis[1],
      nodes.keys, nodes.clock);
  const auto one = [&](std::size_t i) -> boost::asio::awaitable<void> {
    auto guess = attempt("alice", "192.0.2.1");
    EXPECT_EQ(co_await (i % 2 == 0 ? wide_first : wide_second).async_begin(guess), 0s);
    EXPECT_TRUE(guess.counted_shared);
  };
  test::run_together(100, one);
  EXPECT_EQ(level("pair"), 100);
  EXPECT_EQ(level("subject"), 100);
  EXPECT_EQ(level("address"), 100);
}

TEST_F(RedisSignInCounterTest, U07_parallel_guesses_over_two_nodes_get_no_more_tries_than_one_after_the_other) {
  std::atomic<int> tried = 0;
  const auto one = [&](std::size_t i) -> boost::asio::awaitable<void> {
    auto guess = attempt("alice", "192.0.2.1");
    if (co_await (i % 2 == 0 ? first : second).async_begin(guess) == 0s) ++tried;
  };
  test::run_together(100, one);
  EXPECT_EQ(tried, level("pair")) << "what was tried was counted, and nothing else";
  // The sixth waits for a second, which may pass on a busy machine; the seventh for two.
  EXPECT_GE(tried, 5);
  EXPECT_LE(tried, 8);
}

TEST_F(RedisSignInCounterTest, U06_others_failures_do_not_lock_the_owners_device_out) {
  for (int i = 0; i < 60; ++i) (void)begin(first, attempt("alice", "198.51.100." + std::to_string(i)));
  EXPECT_GT(begin(second, attempt("alice", "192.0.2.1")), 0);
  EXPECT_EQ(begin(second, attempt("alice", "192.0.2.1", "phone")), 0);
  for (int i = 0; i < 6; ++i) (void)begin(first, attempt("alice", "192.0.2.1"));
  EXPECT_EQ(begin(second, attempt("alice", "192.0.2.1", "phone")), 0) << "nor those of the same address";
}

TEST_F(RedisSignInCounterTest, waits_double_and_are_told_in_whole_seconds) {
  const auto guess = attempt("alice", "192.0.2.1");
  for (int i = 0; i < 5; ++i) ASSERT_EQ(begin(i % 2 == 0 ? first : second, guess), 0);
  EXPECT_EQ(begin(first, guess), 1);
  test_only::eventually([&] { return begin(first, guess) == 0; });
  const auto doubled = begin(second, guess);
  EXPECT_GE(doubled, 1);
  EXPECT_LE(doubled, 2);
}

TEST_F(RedisSignInCounterTest, a_success_forgets_the_pair_and_takes_itself_back) {
  auto guess = attempt("alice", "192.0.2.1");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(begin(first, guess), 0);
  ASSERT_EQ(test::run_on_loop(second.async_begin(guess)), 0s);
  test::run_on_loop(second.async_succeeded(guess));
  EXPECT_EQ(level("pair"), 0);
  EXPECT_EQ(level("subject"), 3);
  EXPECT_EQ(level("address"), 3);
}

TEST_F(RedisSignInCounterTest, what_was_not_checked_does_not_count) {
  auto guess = attempt("alice", "192.0.2.1");
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(test::run_on_loop(first.async_begin(guess)), 0s);
    test::run_on_loop(first.async_withdraw(guess));
  }
  EXPECT_EQ(nodes.server.cli({"DBSIZE"}), "0") << "and leaves nothing behind";
}

TEST_F(RedisSignInCounterTest, nothing_is_taken_back_that_was_not_counted) {
  auto other = attempt("alice", "198.51.100.1");
  ASSERT_EQ(test::run_on_loop(first.async_begin(other)), 0s);
  test::run_on_loop(second.async_succeeded(attempt("alice", "192.0.2.1")));
  test::run_on_loop(second.async_withdraw(attempt("alice", "192.0.2.1")));
  EXPECT_EQ(level("subject"), 1);
}

TEST_F(RedisSignInCounterTest, keys_tell_nobody_who_it_is_and_expire) {
  (void)begin(first, attempt("alice@example.com", "192.0.2.1"));
  const auto keys = nodes.server.cli({"KEYS", "*"});
  EXPECT_EQ(keys.find("alice"), std::string::npos);
  EXPECT_EQ(keys.find("192.0.2.1"), std::string::npos);
  for (std::size_t at = 0; at < keys.size(); at = keys.find('\n', at) + 1) {
    EXPECT_GT(std::stoll(nodes.server.cli({"PTTL", keys.substr(at, keys.find('\n', at) - at)})), 0);
    if (keys.find('\n', at) == std::string::npos) break;
  }
}

TEST_F(RedisSignInCounterTest, without_redis_each_process_allows_half_the_failures) {
  nodes.server.kill();
  nodes.wait_until_away();
  const auto guess = attempt("alice", "192.0.2.1");
  EXPECT_EQ(begin(first, guess), 0);
  EXPECT_EQ(begin(first, guess), 0);
  EXPECT_GT(begin(first, guess), 0);
}

TEST_F(RedisSignInCounterTest, losing_redis_gives_nobody_new_tries) {
  const auto guess = attempt("alice", "192.0.2.1");
  for (int i = 0; i < 5; ++i) (void)begin(first, guess);
  nodes.server.freeze();
  EXPECT_GT(begin(first, guess), 0);
  nodes.wait_until_away();
  EXPECT_GT(begin(first, guess), 0);
  nodes.server.thaw();
  nodes.wait_until_up();
  auto other = attempt("bob", "192.0.2.2");
  EXPECT_EQ(test::run_on_loop(first.async_begin(other)), 0s);
  EXPECT_TRUE(other.counted_shared) << "counted together again";
}

}  // namespace
}  // namespace gatehouse::limits
