#include "feed/stream_connection.hpp"

#include <stdexcept>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::feed {
namespace {

constexpr std::chrono::milliseconds kConnectTimeout{500};
constexpr std::size_t kMaxReply = std::size_t{32} << 20;

}  // namespace

StreamConnection::StreamConnection(StreamOptions options, std::string key, std::string role, telemetry::Logger& log,
                                   telemetry::Metrics& metrics)
    : options_(std::move(options)),
      key_(std::move(key)),
      role_(std::move(role)),
      log_(log),
      up_(metrics.gauge("gatehouse_feed_stream_up", "1 while Redis carries the stream.", {{"role", role_}})) {}

cache::RedisReply StreamConnection::command(const cache::RedisCommand& words, std::chrono::milliseconds timeout) {
  try {
    if (!connection_) open();
    auto reply = connection_->command(words, std::chrono::steady_clock::now() + timeout);
    if (reply.is_error()) throw base::Unavailable("redis_refused");
    return reply;
  } catch (const std::runtime_error& reason) {  // base::Unavailable, or a CA file that can't be read
    drop(reason.what());
    throw base::Unavailable("feed_stream");
  }
}

void StreamConnection::open() {
  auto fresh = cache::RedisConnection::open(
      options_.redis, {.client_name = "gatehouse-feed-" + role_, .ca_file = options_.ca_file, .max_reply = kMaxReply},
      std::chrono::steady_clock::now() + kConnectTimeout, key_);
  {
    const std::lock_guard lock(mutex_);
    if (interrupted_) throw base::Unavailable("redis_interrupted");
    connection_ = std::move(fresh);
  }
  was_up_ = true;
  up_.set(1);
  log_.info("feed_stream_up", {{"role", role_}});
}

void StreamConnection::drop(const char* why) {
  const std::lock_guard lock(mutex_);
  connection_.reset();
  up_.set(0);
  if (!interrupted_ && std::exchange(was_up_, false)) log_.warn("feed_stream_down", {{"role", role_}, {"why", why}});
}

void StreamConnection::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (connection_) connection_->interrupt();
}

}  // namespace gatehouse::feed
