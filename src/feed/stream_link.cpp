#include "feed/stream_link.hpp"

#include <pthread.h>

#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::milliseconds;

// Each node sends something every 250 ms: who hears nothing for longer than that, twice, has lost Redis.
constexpr milliseconds kBlock{300};
constexpr milliseconds kTimeout{600};
constexpr milliseconds kRetry{250};

}  // namespace

StreamLink::StreamLink(StreamOptions options, Follower& follower, const ClusterKeys& cluster, telemetry::Logger& log,
                       telemetry::Metrics& metrics)
    : follower_(follower), connection_(std::move(options), cluster.stream_key(), "reader", log, metrics) {}

StreamLink::~StreamLink() { stop(); }

void StreamLink::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "feed-stream");
    run();
  });
}

void StreamLink::stop() {
  stopping_ = true;
  connection_.interrupt();
  bell_.ring();
  if (thread_.joinable()) thread_.join();
}

void StreamLink::run() {
  while (!stopping_) {
    try {
      // A Redis that was away may count anew, or be another: an old id would wait for ever.
      if (!connection_.is_open()) find_end();
      read();
    } catch (const base::Unavailable&) {
      follower_.stream_lost();
      bell_.sleep(kRetry);
    }
  }
}

void StreamLink::find_end() {
  const auto reply = connection_.command({"XREVRANGE", connection_.key(), "+", "-", "COUNT", "1"}, kTimeout);
  last_id_ = "0-0";
  if (reply.as_array().empty() || reply.as_array()[0].as_array().empty()) return;
  last_id_ = reply.as_array()[0].as_array()[0].as_text().value_or(last_id_);
}

// A reply is [[key, [[id, ["m", message]], …]]]. What is not of that form is nobody's of ours.
void StreamLink::read() {
  const auto reply = connection_.command(
      {"XREAD", "COUNT", "32", "BLOCK", std::to_string(kBlock.count()), "STREAMS", connection_.key(), last_id_},
      kTimeout);
  for (const auto& stream : reply.as_array()) {
    if (stream.as_array().size() != 2) continue;
    for (const auto& entry : stream.as_array()[1].as_array()) {
      if (entry.as_array().size() != 2) continue;
      last_id_ = entry.as_array()[0].as_text().value_or(last_id_);
      const auto fields = entry.as_array()[1].as_array();
      if (fields.size() == 2 && fields[1].as_text()) follower_.streamed(*fields[1].as_text());
    }
  }
}

}  // namespace gatehouse::feed
