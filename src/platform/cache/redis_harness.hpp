#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/cache/redis.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/server_process.hpp"

namespace gatehouse::cache::test_only {

// Until `done` says so; throws when it never did.
template <class Done>
void eventually(Done done) {
  if (!test::wait_until(done)) throw std::runtime_error("waited in vain");
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
