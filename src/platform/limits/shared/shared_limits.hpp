#pragma once

#include <string>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"
#include "platform/cache/redis.hpp"
#include "platform/limits/shared/redis_rate_limiter.hpp"
#include "platform/limits/shared/redis_sign_in_counter.hpp"
#include "platform/limits/shared/redis_window_counter.hpp"
#include "platform/limits/shared/shared_keys.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::limits {

struct SharedLimitsOptions {  // the same in all processes
  cache::RedisUrl redis;
  std::string ca_file{};  // PEM, for rediss://; empty: the system's authorities
  base::Secret key;       // 32 bytes, of this purpose alone
  Rate sign_in{};
  Rate registration{};
  SignInThrottleOptions throttle{};
};

// Everything that processes count together, with a Redis client of its own (`redis_limits` in the metrics).
// Thread-safe. Does not wait for Redis. Throws std::runtime_error when the CA file can't be read.
class SharedLimits {
 public:
  // REQUIRES: clock and random outlive it; the limits outlive the last render() of `metrics`.
  SharedLimits(SharedLimitsOptions options, const base::Clock& clock, base::Random& random,
               telemetry::Metrics& metrics);

  [[nodiscard]] SharedRateLimiter& sign_in() noexcept { return sign_in_; }
  [[nodiscard]] SharedRateLimiter& registration() noexcept { return registration_; }
  [[nodiscard]] SignInCounter& failed_sign_ins() noexcept { return failed_sign_ins_; }
  // Failures by account and address; sums over all of them; what may be used once. Apart, so that a flood of the first
  // can't push out the others.
  [[nodiscard]] WindowCounter& attacks() noexcept { return attacks_; }
  [[nodiscard]] WindowCounter& overall() noexcept { return overall_; }
  [[nodiscard]] WindowCounter& used_once() noexcept { return used_once_; }

 private:
  cache::Redis redis_;
  const SharedKeys keys_;
  RedisRateLimiter sign_in_;
  RedisRateLimiter registration_;
  RedisSignInCounter failed_sign_ins_;
  RedisWindowCounter attacks_;
  RedisWindowCounter overall_;
  RedisWindowCounter used_once_;
};

}  // namespace gatehouse::limits
