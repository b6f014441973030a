#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "feed/cluster_keys.hpp"
#include "feed/follower.hpp"
#include "feed/node_link.hpp"
#include "feed/stream_link.hpp"

namespace gatehouse::feed {

struct SubscriptionOptions {
  FollowerOptions follower{};  // its nodes are the URLs that are asked
  std::string ca_file{};       // PEM; for nodes under https
  std::optional<StreamOptions> stream{};
};

// A process's whole ear: the follower, a thread for each node that it asks, and one for the stream where there is one.
class Subscription {
 public:
  // REQUIRES: all outlive it; what the sink calls does so until stop().
  Subscription(SubscriptionOptions options, Sink sink, const ClusterKeys& cluster, const base::Clock& clock,
               base::Random& random, telemetry::Logger& log, telemetry::Metrics& metrics);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  void start();  // REQUIRES: the event loops have started
  void stop();   // idempotent; before the event loops stop

 private:
  Follower follower_;
  std::vector<std::unique_ptr<NodeLink>> links_;
  std::optional<StreamLink> stream_;
};

}  // namespace gatehouse::feed
