#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/cache/redis.hpp"
#include "platform/limits/shared/shared_keys.hpp"
#include "platform/limits/shared_rate_limiter.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::limits {

// The token bucket of RateLimiter, kept in Redis for all processes and measured by Redis' clock. While Redis is away
// each process has a bucket of its own of half the burst and half the rate: when Redis comes back it is used again.
class RedisRateLimiter final : public SharedRateLimiter {
 public:
  // `name`: the tier's, [a-z_-]; the same in all processes. REQUIRES: redis, keys and clock outlive it.
  RedisRateLimiter(std::string name, Rate rate, cache::Redis& redis, const SharedKeys& keys, const base::Clock& clock);

  boost::asio::awaitable<Decision> take(std::string_view subject) override;
  [[nodiscard]] Rate rate() const noexcept override { return rate_; }

  // gatehouse_limits_decisions_total{limiter,by}: by="redis", or "process" while it decided alone.
  // REQUIRES: it outlives the last render().
  void register_metrics(telemetry::Metrics& metrics) const;

 private:
  boost::asio::awaitable<std::optional<Decision>> take_shared(std::string key);

  const std::string name_;
  const Rate rate_;
  cache::Redis& redis_;
  const SharedKeys& keys_;
  RateLimiter alone_;
  std::atomic<std::uint64_t> by_redis_{0};
  std::atomic<std::uint64_t> by_process_{0};
};

// Half of it, at least one at once: what a process grants alone.
[[nodiscard]] Rate stricter(const Rate& rate);

// Registers the two series of gatehouse_limits_decisions_total for a limiter.
void register_decision_metrics(telemetry::Metrics& metrics, const std::string& limiter,
                               const std::atomic<std::uint64_t>& by_redis,
                               const std::atomic<std::uint64_t>& by_process);

}  // namespace gatehouse::limits
