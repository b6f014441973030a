#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/cache/redis.hpp"
#include "platform/limits/shared/shared_keys.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/server_process.hpp"

namespace gatehouse::limits::test_only {

// Until `done` says so; throws when it never did.
template <class Done>
void eventually(Done done) {
  if (!test::wait_until(done)) throw std::runtime_error("waited in vain");
}

// A Redis and two processes' clients of it. The process clock stands still: what moves is Redis' own.
struct TwoNodes {
  TwoNodes() {
    for (auto& client : redis) {
      client =
          std::make_unique<cache::Redis>(*cache::parse_redis_url(server.url()),
                                         cache::RedisOptions{.timeout = std::chrono::seconds(2)}, system_clock, random);
    }
    wait_until_up();
  }

  void wait_until_up() {
    eventually([this] { return redis[0]->is_up() && redis[1]->is_up(); });
  }
  // A client notices the loss by asking.
  void wait_until_away() {
    for (auto& client : redis) {
      eventually([&] {
        test::run_on_loop([](cache::Redis& asked) -> boost::asio::awaitable<void> {
          try {
            (void)co_await asked.command({"PING"});
          } catch (const base::Unavailable&) {
          }
        }(*client));
        return !client->is_up();
      });
    }
  }

  test::RedisServer server;
  base::SystemClock system_clock;
  base::FakeClock clock;
  base::SystemRandom random;
  SharedKeys keys{base::Secret(std::string(32, 'k'))};
  std::array<std::unique_ptr<cache::Redis>, 2> redis;
};

}  // namespace gatehouse::limits::test_only
