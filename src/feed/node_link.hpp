#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>

#include "feed/bell.hpp"
#include "feed/cluster_keys.hpp"
#include "feed/follower.hpp"
#include "platform/http_client/client.hpp"

namespace gatehouse::feed {

// Asks one node over HTTP, again and again, on a thread of its own. A node that does not answer is asked again soon:
// the first thing it does when it is back may be to end something.
class NodeLink {
 public:
  // `url`: http://host:port of the node's admin listener. REQUIRES: follower and cluster outlive it.
  NodeLink(std::size_t node, std::string url, const std::string& ca_file, Follower& follower,
           const ClusterKeys& cluster);
  ~NodeLink();
  NodeLink(const NodeLink&) = delete;
  NodeLink& operator=(const NodeLink&) = delete;

  void start();
  void stop();  // idempotent; returns when no call into the follower is under way
  void wake() { bell_.ring(); }

 private:
  void run();
  [[nodiscard]] const char* exchange();  // why it failed; null when it did not

  const std::size_t node_;
  const std::string url_;
  Follower& follower_;
  const ClusterKeys& cluster_;
  http_client::Client client_;
  Bell bell_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace gatehouse::feed
