#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "feed/bell.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/follower.hpp"
#include "feed/stream_connection.hpp"

namespace gatehouse::feed {

// Reads the Redis stream for a follower, on a thread of its own, and tells it when nothing comes any more.
class StreamLink {
 public:
  // REQUIRES: all outlive it.
  StreamLink(StreamOptions options, Follower& follower, const ClusterKeys& cluster, telemetry::Logger& log,
             telemetry::Metrics& metrics);
  ~StreamLink();
  StreamLink(const StreamLink&) = delete;
  StreamLink& operator=(const StreamLink&) = delete;

  void start();
  void stop();  // idempotent; returns when no call into the follower is under way

 private:
  void run();
  void find_end();
  void read();

  Follower& follower_;
  StreamConnection connection_;
  std::string last_id_;
  Bell bell_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace gatehouse::feed
