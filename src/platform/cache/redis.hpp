#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/cache/redis_backend.hpp"
#include "platform/cache/redis_connection.hpp"
#include "platform/cache/redis_reply.hpp"
#include "platform/cache/redis_script.hpp"
#include "platform/cache/redis_url.hpp"
#include "platform/limits/circuit_breaker.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::cache {

struct RedisOptions {
  std::string name = "redis";                      // of the thread and in the metrics; at most 15 bytes
  std::string ca_file{};                           // PEM, for rediss://; empty: the system's authorities
  std::chrono::milliseconds timeout{100};          // a command's, from the call to its reply
  std::chrono::milliseconds connect_timeout{500};  // of a connection that nobody waits for
  std::size_t queue_limit = 1024;                  // waiting commands; one more is refused at once
  std::size_t group_limit = 256;                   // commands sent in one go
  std::size_t max_reply = std::size_t{1} << 20;    // bytes
  // One lost connection or missed deadline is enough: everything kept in Redis can be done without for a moment, and a
  // caller must not wait for what the one before has waited for in vain.
  limits::BreakerOptions breaker{
      .failures = 1, .cool_down = std::chrono::milliseconds(100), .max_cool_down = std::chrono::milliseconds(2000)};
};

struct RedisStats {            // a moment's view, for the metrics
  std::size_t depth = 0;       // commands waiting
  std::uint64_t answered = 0;  // since start, errors that the server answered included
  std::uint64_t failed = 0;    // could not be answered, or were not even tried
  std::uint64_t groups = 0;    // sent
  double seconds_total = 0;    // from call to reply, of those that were answered
  RedisBackendStats backend;
};

// A Redis shared by all loops. One thread owns the connections: it takes all commands that wait, sends them in one go,
// reads the replies and resumes each caller on its own loop, so that what waits while a group is under way becomes the
// next group.
//
// A command that can't be answered within `timeout` throws base::Unavailable: queue full, server gone or frozen. From
// then on every command does so at once, until the client has found the server again by itself. A command that failed
// may have been done nevertheless. An error that the server answers is a reply.
//
// Thread-safe; the commands of one caller are sent in order. REQUIRES: it outlives every caller that waits in it.
class Redis {
 public:
  // Does not wait for a connection. Throws std::runtime_error when the CA file can't be read.
  // REQUIRES: clock and random outlive it.
  Redis(RedisUrl url, RedisOptions options, const base::Clock& clock, base::Random& random);
  ~Redis();  // refuses what waits, joins
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  // One command on at most one key, which is its second word: {"SET", key, value, "PX", "1000"}.
  boost::asio::awaitable<RedisReply> command(RedisCommand words);

  // Runs a script, all of it or nothing. By its SHA-1; a server that does not know it yet gets the text.
  // REQUIRES: at least one key; in a cluster all in one slot ({…}).
  boost::asio::awaitable<RedisReply> eval(const RedisScript& script, std::vector<std::string> keys,
                                          std::vector<std::string> arguments);

  // Is a server there, as far as is known? Costs a load of an atomic.
  [[nodiscard]] bool is_up() const noexcept { return up_.load(std::memory_order_relaxed); }

  [[nodiscard]] RedisStats stats() const;
  // gatehouse_cache_… with the label client="name", and the breaker's. REQUIRES: it outlives the last render().
  void register_metrics(telemetry::Metrics& metrics) const;

 private:
  using Group = std::vector<RedisCall*>;

  boost::asio::awaitable<RedisReply> run(const RedisCommand& words, std::string_view key);
  void enqueue(RedisCall& call, std::unique_ptr<runtime::Resume> resume) noexcept;
  void refuse(RedisCall& call, const char* reason) noexcept;
  void work();
  bool take_group(Group& group);
  void run_group(Group& group);
  void note_backend();

  const RedisOptions options_;
  const std::unique_ptr<RedisBackend> backend_;  // the thread's
  std::atomic<bool> up_{false};

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  // Guarded by mutex_.
  Group waiting_;
  RedisStats stats_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace gatehouse::cache
