#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/cache/redis.hpp"
#include "platform/limits/shared/shared_keys.hpp"
#include "platform/limits/sign_in_counter.hpp"
#include "platform/limits/sign_in_throttle.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::limits {

// The three counters of SignInThrottle, kept in Redis for all processes: an attempt counts in all of them or in none,
// whichever nodes are asked at the same time. While Redis is away each process counts alone and allows half the
// failures.
class RedisSignInCounter final : public SignInCounter {
 public:
  // REQUIRES: redis, keys and clock outlive it. `options` are the same in all processes.
  RedisSignInCounter(const SignInThrottleOptions& options, cache::Redis& redis, const SharedKeys& keys,
                     const base::Clock& clock);

  [[nodiscard]] std::uint64_t key_of(std::string_view bytes) const override;
  boost::asio::awaitable<std::chrono::seconds> async_begin(SignInAttempt& attempt) override;
  boost::asio::awaitable<void> async_succeeded(SignInAttempt attempt) override;
  boost::asio::awaitable<void> async_withdraw(SignInAttempt attempt) override;

  // gatehouse_limits_decisions_total{limiter="failed_sign_ins",by}. REQUIRES: it outlives the last render().
  void register_metrics(telemetry::Metrics& metrics) const;

 private:
  // What the script `which` says; nothing when Redis did not.
  boost::asio::awaitable<std::optional<std::int64_t>> run(const cache::RedisScript& script,
                                                          const SignInAttempt& attempt);

  cache::Redis& redis_;
  const SharedKeys& keys_;
  const std::vector<std::string> settings_;  // as the scripts take them
  SignInThrottle alone_;
  std::atomic<std::uint64_t> by_redis_{0};
  std::atomic<std::uint64_t> by_process_{0};
};

// Half of the failures each tier allows, at least one: what a process grants alone.
[[nodiscard]] SignInThrottleOptions stricter(SignInThrottleOptions options);

}  // namespace gatehouse::limits
