#include "platform/cache/redis_cluster.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::cache {
namespace {

constexpr int kMaxRedirections = 3;

void fail(RedisCall& call, const char* reason) { call.fail(std::make_exception_ptr(base::Unavailable(reason))); }

}  // namespace

RedisCluster::RedisCluster(std::unique_ptr<const RedisDirectory> directory, limits::BreakerOptions breaker,
                           const base::Clock& clock, base::Random& random)
    : directory_(std::move(directory)),
      breaker_options_(breaker),
      clock_(clock),
      random_(random),
      asking_(breaker, clock, random) {}

void RedisCluster::run(std::span<RedisCall* const> calls) {
  std::map<RedisEndpoint, Calls> by_node;
  for (auto* call : calls) {
    const auto* owner = slots_ ? slots_->node_of(call->slot) : nullptr;
    if (owner == nullptr) {
      fail(*call, "redis_away");
      slots_are_stale_ = true;
    } else {
      by_node[*owner].push_back(call);
    }
  }
  // All are sent before the first is waited for.
  std::vector<std::pair<const RedisEndpoint, Calls>*> sent;
  for (auto& part : by_node) {
    if (node_at(part.first).send(part.second)) sent.push_back(&part);
  }
  for (auto* part : sent) node_at(part->first).receive(part->second);
  for (const auto* part : sent) {
    for (auto* call : part->second) follow_redirections(*call, part->first);
  }
}

void RedisCluster::follow_redirections(RedisCall& call, RedisEndpoint asked) {
  for (int hop = 0; !call.failed(); ++hop) {
    const auto redirection = parse_redirection(call.reply, asked);
    if (!redirection) return;
    if (!redirection->ask) {
      slots_->move(redirection->slot, redirection->node);
      slots_are_stale_ = true;  // one slot seldom moves alone
    }
    if (hop == kMaxRedirections) return fail(call, "redis_redirections");
    asked = redirection->node;
    RedisNode& node = node_at(asked);
    const auto left = call.deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0) return fail(call, "redis_timeout");
    if (!node.is_up()) (void)node.heal(std::chrono::ceil<std::chrono::milliseconds>(left));
    node.exchange(call, redirection->ask);
  }
}

RedisNode& RedisCluster::node_at(const RedisEndpoint& endpoint) {
  auto& node = nodes_[endpoint];
  if (!node) {
    const auto connect = [this, endpoint](base::SteadyPoint deadline) {
      return directory_->connect(endpoint, deadline);
    };
    node = std::make_unique<RedisNode>(connect, breaker_options_, clock_, random_);
  }
  return *node;
}

bool RedisCluster::is_up() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.second->is_up(); });
}

bool RedisCluster::is_whole() const {
  return !slots_are_stale_ && !nodes_.empty() &&
         std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.second->is_up(); });
}

void RedisCluster::heal(std::chrono::milliseconds timeout) {
  // The callers of what is up wait meanwhile: then it is one step at a time.
  const bool was_up = is_up();
  if (slots_are_stale_ && load_slots(timeout) && was_up) return;
  for (auto& [endpoint, node] : nodes_) {
    if (node->is_up()) continue;
    const auto healing = node->heal(timeout);
    if (healing == RedisNode::Healing::failed) slots_are_stale_ = true;
    if (healing != RedisNode::Healing::not_yet && was_up) return;
  }
}

// False: it is too early for another try.
bool RedisCluster::load_slots(std::chrono::milliseconds timeout) {
  auto permit = asking_.admit();
  if (!permit) return false;
  try {
    std::vector<RedisEndpoint> known;
    for (const auto& [endpoint, node] : nodes_) {
      if (node->is_up()) known.push_back(endpoint);
    }
    slots_ = directory_->load_slots(known, std::chrono::steady_clock::now() + timeout);
    permit->succeeded();
    slots_are_stale_ = false;
  } catch (const base::Unavailable&) {
    permit->failed();
    return true;
  }
  const auto& named = slots_->nodes();
  std::erase_if(nodes_,
                [&](const auto& node) { return std::find(named.begin(), named.end(), node.first) == named.end(); });
  for (const auto& endpoint : named) (void)node_at(endpoint);
  return true;
}

RedisBackendStats RedisCluster::stats() const {
  RedisBackendStats all{.breaker = asking_.stats(), .connects = 0};
  for (const auto& [endpoint, node] : nodes_) {
    const auto one = node->breaker();
    all.breaker.state = std::max(all.breaker.state, one.state);
    all.breaker.opened += one.opened;
    all.breaker.closed += one.closed;
    all.breaker.refused += one.refused;
    all.connects += node->connects();
  }
  return all;
}

}  // namespace gatehouse::cache
