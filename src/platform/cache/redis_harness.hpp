#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/cache/redis.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse::cache::test_only {

// Until `done` says so; 20 s at most, then it throws.
template <class Done>
void eventually(Done done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

// A client with what it needs, used from a test's thread. The timeout is long, for a busy machine: that nothing waits
// longer is tested with servers that never answer.
struct Client {
  explicit Client(const std::string& url, RedisOptions options = {.timeout = std::chrono::seconds(5)})
      : redis(*parse_redis_url(url), std::move(options), clock, random) {}

  RedisReply command(RedisCommand words) { return test::run_on_loop(redis.command(std::move(words))); }
  // Why it was unavailable; empty when it was not.
  std::string reason_of(RedisCommand words) {
    try {
      (void)command(std::move(words));
    } catch (const base::Unavailable& error) {
      return error.what();
    }
    return "";
  }
  void wait_until_up() {
    eventually([this] { return redis.is_up(); });
  }

  base::SystemClock clock;
  base::SystemRandom random;
  Redis redis;
};

}  // namespace gatehouse::cache::test_only
