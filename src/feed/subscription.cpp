#include "feed/subscription.hpp"

#include <utility>

namespace gatehouse::feed {

Subscription::Subscription(SubscriptionOptions options, Sink sink, const ClusterKeys& cluster, const base::Clock& clock,
                           base::Random& random, telemetry::Logger& log, telemetry::Metrics& metrics)
    : follower_(
          options.follower, std::move(sink), [this](std::size_t node) { links_[node]->wake(); }, cluster, clock, random,
          log, metrics) {
  for (const auto& node : options.follower.nodes) {
    std::string url = node;
    if (url.ends_with('/')) url.pop_back();
    links_.push_back(std::make_unique<NodeLink>(links_.size(), std::move(url), options.ca_file, follower_, cluster));
  }
  if (options.stream) stream_.emplace(std::move(*options.stream), follower_, cluster, log, metrics);
}

Subscription::~Subscription() { stop(); }

void Subscription::start() {
  for (auto& link : links_) link->start();
  if (stream_) stream_->start();
}

void Subscription::stop() {
  if (stream_) stream_->stop();
  for (auto& link : links_) link->stop();
}

}  // namespace gatehouse::feed
