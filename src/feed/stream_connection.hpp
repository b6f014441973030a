#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "platform/cache/redis_connection.hpp"
#include "platform/cache/redis_url.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::feed {

struct StreamOptions {
  cache::RedisUrl redis;
  std::string ca_file{};  // PEM; for rediss://
};

// The connection of one thread to the Redis that carries the stream: opened when it is needed, dropped when it fails.
// Tells the log when it comes and goes. One thread uses it; interrupt() alone may come from any other.
class StreamConnection {
 public:
  // `role`: "reader" or "writer", for log, metrics and Redis' list of clients. REQUIRES: log and metrics outlive it.
  StreamConnection(StreamOptions options, std::string key, std::string role, telemetry::Logger& log,
                   telemetry::Metrics& metrics);

  [[nodiscard]] bool is_open() const noexcept { return connection_ != nullptr; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }

  // Throws base::Unavailable when Redis can't be reached, or refuses; the connection is dropped then.
  cache::RedisReply command(const cache::RedisCommand& words, std::chrono::milliseconds timeout);
  // Ends the wait that is under way, and every later one.
  void interrupt();

 private:
  void open();
  void drop(const char* why);

  const StreamOptions options_;
  const std::string key_;  // of the stream
  const std::string role_;
  telemetry::Logger& log_;
  telemetry::Gauge up_;
  bool was_up_ = true;  // so that the first failure is told

  std::mutex mutex_;  // held while the pointer changes, and while somebody interrupts
  std::unique_ptr<cache::RedisConnection> connection_;
  bool interrupted_ = false;
};

}  // namespace gatehouse::feed
