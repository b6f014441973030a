#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "platform/cache/redis_backend.hpp"
#include "platform/cache/redis_node.hpp"
#include "platform/cache/redis_slots.hpp"

namespace gatehouse::cache {

// A Redis Cluster: each call goes to the node that holds its key's slot, all nodes' at the same time; redirections are
// followed and remembered. A node that is lost takes its own keys with it only, until the cluster has given them to
// another and heal() has heard of it.
class RedisCluster final : public RedisBackend {
 public:
  RedisCluster(std::unique_ptr<const RedisDirectory> directory, limits::BreakerOptions breaker,
               const base::Clock& clock, base::Random& random);

  void run(std::span<RedisCall* const> calls) override;
  [[nodiscard]] bool is_up() const override;
  [[nodiscard]] bool is_whole() const override;
  void heal(std::chrono::milliseconds timeout) override;
  [[nodiscard]] RedisBackendStats stats() const override;

 private:
  using Calls = std::vector<RedisCall*>;

  [[nodiscard]] RedisNode& node_at(const RedisEndpoint& endpoint);
  void follow_redirections(RedisCall& call, RedisEndpoint asked);
  bool load_slots(std::chrono::milliseconds timeout);

  const std::unique_ptr<const RedisDirectory> directory_;
  const limits::BreakerOptions breaker_options_;
  const base::Clock& clock_;
  base::Random& random_;

  limits::CircuitBreaker asking_;  // for the map itself
  std::optional<RedisSlots> slots_;
  bool slots_are_stale_ = true;
  std::map<RedisEndpoint, std::unique_ptr<RedisNode>> nodes_;
};

}  // namespace gatehouse::cache
