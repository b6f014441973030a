#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/cache/redis.hpp"
#include "platform/limits/shared/shared_keys.hpp"
#include "platform/limits/window_counter.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::limits {

// WindowCounter kept in Redis for all processes. Each process counts its own part as well and answers with that, marked
// `alone`, while Redis is away: losing Redis gives nobody a new window.
class RedisWindowCounter final : public WindowCounter {
 public:
  // `name`: of its keys and in the metrics, [a-z_]; the same in all processes. REQUIRES: redis, keys and clock outlive
  // it.
  RedisWindowCounter(std::string name, std::size_t max_keys_alone, cache::Redis& redis, const SharedKeys& keys,
                     const base::Clock& clock);

  boost::asio::awaitable<Tally> add(std::string_view kind, std::string subject, std::chrono::seconds window) override;
  boost::asio::awaitable<Tally> look(std::string_view kind, std::string subject) override;
  boost::asio::awaitable<void> forget(std::string_view kind, std::string subject) override;

  // gatehouse_limits_decisions_total{limiter=name,by}. REQUIRES: it outlives the last render().
  void register_metrics(telemetry::Metrics& metrics) const;

 private:
  [[nodiscard]] std::string key_of(std::string_view kind, std::string_view subject) const;
  // What Redis has counted; `alone` when it did not answer.
  boost::asio::awaitable<Tally> ask(const cache::RedisScript& script, std::string key, std::chrono::seconds window,
                                    Tally own);

  const std::string name_;
  cache::Redis& redis_;
  const SharedKeys& keys_;
  LocalWindowCounter own_;
  std::atomic<std::uint64_t> by_redis_{0};
  std::atomic<std::uint64_t> by_process_{0};
};

}  // namespace gatehouse::limits
