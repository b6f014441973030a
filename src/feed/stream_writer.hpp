#pragma once

#include <atomic>
#include <thread>

#include "feed/bell.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/journal.hpp"
#include "feed/stream_connection.hpp"

namespace gatehouse::feed {

// Puts what a journal learns into the Redis stream as it learns it, and a heartbeat when it learns nothing, on a thread
// of its own: nobody waits for Redis. What did not get there is a gap, which followers close by asking.
class StreamWriter {
 public:
  // REQUIRES: all outlive it.
  StreamWriter(StreamOptions options, Journal& journal, const ClusterKeys& cluster, telemetry::Logger& log,
               telemetry::Metrics& metrics);
  ~StreamWriter();
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  void start();
  void stop();  // idempotent

 private:
  void run();
  void send_news();

  Journal& journal_;
  const ClusterKeys& cluster_;
  StreamConnection connection_;
  Position sent_ = 0;
  BundleVersion bundle_version_;
  std::uint64_t beat_ = 0;
  Bell bell_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace gatehouse::feed
