#include "feed/follower.hpp"

#include <algorithm>
#include <utility>

#include "feed/bundle.hpp"

namespace gatehouse::feed {

using std::chrono::milliseconds;

namespace {

// Of two facts about the same thing the later one holds.
void raise(std::optional<base::SteadyPoint>& known, base::SteadyPoint moment) {
  known = known ? std::max(*known, moment) : moment;
}

telemetry::Counter refused_counter(telemetry::Metrics& metrics, const char* reason) {
  return metrics.counter("gatehouse_feed_messages_refused_total", "Messages of which nothing was taken.",
                         {{"reason", reason}});
}

}  // namespace

Follower::Follower(FollowerOptions options, Sink sink, std::function<void(std::size_t)> wake,
                   const ClusterKeys& cluster, const base::Clock& clock, base::Random& random, telemetry::Logger& log,
                   telemetry::Metrics& metrics)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      wake_(std::move(wake)),
      cluster_(cluster),
      clock_(clock),
      random_(random),
      log_(log),
      metrics_(metrics),
      gaps_(metrics.counter("gatehouse_feed_gaps_total", "Stretches that the stream skipped.")),
      repairs_(metrics.counter("gatehouse_feed_repairs_total", "Gaps closed by asking the node.")),
      rows_answered_(metrics.counter("gatehouse_feed_rows_applied_total", "Revocations heard of.", {{"by", "answer"}})),
      rows_streamed_(metrics.counter("gatehouse_feed_rows_applied_total", "Revocations heard of.", {{"by", "stream"}})),
      nodes_(options_.nodes.size()) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].name = options_.nodes[i];
  register_metrics(metrics);
}

Ask Follower::ask(std::size_t index) {
  const std::lock_guard lock(mutex_);
  Node& node = nodes_[index];
  node.nonce = Nonce(base::Uuid::random(random_));
  node.asked_at = clock_.steady_now();
  const bool may_be_held = node.caught_up && !node.is_self && !node.repair && !is_spoken_for(node);
  return {.instance = node.instance,
          .after = node.position,
          .bundle = node.bundle_version,
          .wait = may_be_held ? std::min(options_.hold, Ask::kMaxWait) : milliseconds(0),
          .nonce = node.nonce};
}

bool Follower::answered(std::size_t index, std::string_view bytes) {
  auto received = read_message(bytes, cluster_);
  const std::lock_guard lock(mutex_);
  Node& node = nodes_[index];
  if (!received) return refuse(&node, to_string(received.error()));
  const Message& message = received->message;
  // An answer to another question may be as old as the world.
  if (message.carrier != Message::Carrier::answer || message.nonce != node.nonce) return refuse(&node, "replayed");
  if (!take_bundle(node, message)) return refuse(&node, "bad_bundle");
  node.nonce = Nonce(base::Uuid::random(random_));  // one answer a question
  // First of all: by a wrong clock, what comes next would let nobody pass, or everybody.
  if (sink_.hear_time) sink_.hear_time(message.wall, node.asked_at + message.held, clock_.steady_now());
  greet(node, message);
  if (advance(node, message) && std::exchange(node.repair, false)) repairs_.increment();
  node.caught_up = node.position >= message.head;
  if (node.caught_up) {
    // The node wrote this at least `held` after the question had left: all times err to the past.
    const auto written = node.asked_at + message.held;
    raise(node.complete_as_of, written);
    node.shown = node.complete_as_of->time_since_epoch().count();
    if (message.confirmed_age) {
      raise(node.confirmed_as_of, written - *message.confirmed_age);
      raise(by_database_, *node.confirmed_as_of);
    }
  }
  adopt_bundle();
  apply(node.is_self ? std::vector<contract::Revocation>() : std::move(received->rows), rows_answered_, judge());
  note_freshness();
  return true;
}

// A node that was not heard of, or has started anew: whatever it knows is to be heard from the beginning.
void Follower::greet(Node& node, const Message& message) {
  if (!node.heard) log_.info("feed_node_heard", {{"node", node.name}});
  node.heard = true;
  if (node.instance == message.instance) return;
  if (Node* const other = find(message.instance)) {
    log_.warn("feed_node_twice", {{"node", node.name}, {"other", other->name}});
  }
  node.instance = message.instance;
  node.is_self = options_.self == message.instance;
  node.position = 0;
  node.beat = 0;
  node.streamed_at.reset();
  node.complete_as_of.reset();  // that was another process
  node.confirmed_as_of.reset();
}

// True when nothing is missing between what was known and the end of the message.
bool Follower::advance(Node& node, const Message& message) {
  if (node.is_self) {
    node.position = message.head;  // our gates had it before the journal
    return true;
  }
  if (message.after > node.position) return false;
  node.position = std::max(node.position, message.to);
  return true;
}

bool Follower::take_bundle(Node& node, const Message& message) {
  if (message.bundle.empty()) return true;
  auto content = read_bundle(message.bundle, cluster_);
  if (!content) return false;
  node.bundle = std::move(content);
  node.bundle_version = message.bundle_version;
  return true;
}

// Those of the node that was last sure of its database: one that has lost it may still hold a key that was revoked.
void Follower::adopt_bundle() {
  if (!sink_.adopt) return;
  const Node* best = nullptr;
  for (const Node& node : nodes_) {
    if (node.bundle && (best == nullptr || node.confirmed_as_of > best->confirmed_as_of)) best = &node;
  }
  if (best == nullptr || best->bundle_version == adopted_) return;
  adopted_ = best->bundle_version;
  sink_.adopt(*best->bundle);
  log_.info("feed_bundle_changed", {{"node", best->name},
                                    {"keys", static_cast<std::int64_t>(best->bundle->keys->size())},
                                    {"roles", static_cast<std::int64_t>(best->bundle->roles->size())}});
}

std::optional<base::SteadyPoint> Follower::judge() const {
  std::optional<base::SteadyPoint> by_all;
  const auto now = clock_.steady_now();
  bool all = !nodes_.empty();
  for (const Node& node : nodes_) {
    const auto heard = node.is_self ? now : node.complete_as_of;
    // One process that answers under two addresses is one that is not heard: a wrong list, or somebody on the way.
    all = all && heard && std::ranges::count(nodes_, node.instance, &Node::instance) == 1;
    if (all) by_all = by_all ? std::min(*by_all, *heard) : *heard;
  }
  return all ? std::max(by_database_, by_all) : by_database_;
}

void Follower::apply(std::vector<contract::Revocation> rows, telemetry::Counter& carrier,
                     std::optional<base::SteadyPoint> complete_as_of) {
  carrier.increment(rows.size());
  sink_.follow(std::move(rows), complete_as_of);
}

void Follower::lost(std::size_t index, const char* why) {
  const std::lock_guard lock(mutex_);
  Node& node = nodes_[index];
  if (node.heard) log_.warn("feed_node_lost", {{"node", node.name}, {"why", why}});
  node.heard = false;
  note_freshness();
}

milliseconds Follower::pause(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  const Node& node = nodes_[index];
  if (!node.caught_up || node.repair) return milliseconds(0);
  return node.is_self || is_spoken_for(node) ? options_.rest : milliseconds(0);
}

bool Follower::is_spoken_for(const Node& node) const {
  return node.streamed_at && clock_.steady_now() - *node.streamed_at < options_.stream_silence;
}

void Follower::streamed(std::string_view bytes) {
  auto received = read_message(bytes, cluster_);
  const std::lock_guard lock(mutex_);
  if (!received) {
    refuse(nullptr, to_string(received.error()));
    return;
  }
  const Message& message = received->message;
  Node* const node = find(message.instance);
  if (message.carrier != Message::Carrier::stream || (node != nullptr && message.beat <= node->beat)) {
    refuse(nullptr, "replayed");
    return;
  }
  if (node == nullptr) {  // not asked yet, or of an earlier run: what it says has ended has ended all the same
    if (options_.self != message.instance) apply(std::move(received->rows), rows_streamed_, std::nullopt);
    return;
  }
  node->beat = message.beat;
  node->streamed_at = clock_.steady_now();
  const bool is_news = message.to > node->position && !node->is_self;
  if (!advance(*node, message) && !std::exchange(node->repair, true)) gaps_.increment();
  if (is_news && !received->rows.empty()) apply(std::move(received->rows), rows_streamed_, std::nullopt);
  if (node->repair || message.bundle_version != node->bundle_version)
    wake_(static_cast<std::size_t>(node - nodes_.data()));
}

void Follower::stream_lost() {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (std::exchange(nodes_[i].streamed_at, std::nullopt)) wake_(i);
  }
}

Follower::Node* Follower::find(InstanceId instance) {
  const auto found = std::ranges::find(nodes_, instance, &Node::instance);
  return found == nodes_.end() ? nullptr : &*found;
}

bool Follower::refuse(Node* node, const char* reason) {
  refused_counter(metrics_, reason).increment();
  log_.debug("feed_message_refused", {{"node", node != nullptr ? node->name : "stream"}, {"reason", reason}});
  return false;
}

void Follower::note_freshness() {
  const auto as_of = judge();
  const bool fresh = as_of && clock_.steady_now() - *as_of <= options_.max_staleness;
  if (fresh == std::exchange(fresh_, fresh)) return;
  if (fresh) {
    log_.info("feed_complete");
  } else {
    log_.error("feed_stale", {{"max_staleness_ms", options_.max_staleness.count()}});
  }
}

void Follower::register_metrics(telemetry::Metrics& metrics) {
  // There from the start: an alert looks at how they grow.
  for (const char* reason : {"forged", "replayed", "cut", "malformed"}) (void)refused_counter(metrics, reason);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    metrics.gauge_from("gatehouse_feed_node_age_seconds", "How long ago a node was heard without a gap; -1: never.",
                       {{"node", nodes_[i].name}}, [this, &shown = nodes_[i].shown] {
                         const auto moment = shown.load();
                         if (moment == kNever) return -1.0;
                         const auto age = clock_.steady_now().time_since_epoch().count() - moment;
                         return std::chrono::duration<double>(base::SteadyPoint::duration(age)).count();
                       });
  }
}

}  // namespace gatehouse::feed
