#include "platform/cache/redis_backend.hpp"

#include <utility>

#include "platform/cache/redis_cluster.hpp"
#include "platform/cache/redis_node.hpp"

namespace gatehouse::cache {
namespace {

// One server, or the one that is master at the time.
class OneMaster final : public RedisBackend {
 public:
  OneMaster(std::unique_ptr<const RedisDirectory> directory, limits::BreakerOptions breaker, const base::Clock& clock,
            base::Random& random)
      : directory_(std::move(directory)),
        node_([this](base::SteadyPoint deadline) { return directory_->connect_to_master(deadline); }, breaker, clock,
              random) {}

  void run(std::span<RedisCall* const> calls) override {
    if (node_.send(calls)) node_.receive(calls);
  }
  [[nodiscard]] bool is_up() const override { return node_.is_up(); }
  [[nodiscard]] bool is_whole() const override { return node_.is_up(); }
  void heal(std::chrono::milliseconds timeout) override { (void)node_.heal(timeout); }
  [[nodiscard]] RedisBackendStats stats() const override { return {node_.breaker(), node_.connects()}; }

 private:
  const std::unique_ptr<const RedisDirectory> directory_;
  RedisNode node_;
};

}  // namespace

std::unique_ptr<RedisBackend> make_redis_backend(std::unique_ptr<const RedisDirectory> directory,
                                                 limits::BreakerOptions breaker, const base::Clock& clock,
                                                 base::Random& random) {
  if (directory->topology() == RedisTopology::cluster) {
    return std::make_unique<RedisCluster>(std::move(directory), breaker, clock, random);
  }
  return std::make_unique<OneMaster>(std::move(directory), breaker, clock, random);
}

}  // namespace gatehouse::cache
