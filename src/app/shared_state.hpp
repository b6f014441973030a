#pragma once

#include <memory>

#include "app/settings.hpp"
#include "identity/account/profile_cache.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/cache/redis.hpp"
#include "platform/limits/shared/shared_limits.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// What the processes of an installation keep together in Redis, as far as the settings say: null where they say
// nothing, and then each process keeps it for itself or not at all.
// `clock`, `random` and `metrics` outlive what is made; what is made outlives the last render of `metrics`.

[[nodiscard]] std::unique_ptr<limits::SharedLimits> make_shared_limits(const Settings& settings,
                                                                       const base::Clock& clock, base::Random& random,
                                                                       telemetry::Metrics& metrics);

// The cache of profiles and the Redis client that it has to itself.
class Profiles {
 public:
  Profiles(cache::RedisUrl url, const Settings& settings, crypto::SealingKey key, const base::Clock& clock,
           base::Random& random, telemetry::Metrics& metrics);
  [[nodiscard]] identity::ProfileCache& cache() noexcept { return cache_; }

 private:
  cache::Redis redis_;
  identity::ProfileCache cache_;
};
[[nodiscard]] std::unique_ptr<Profiles> make_profiles(const Settings& settings, const crypto::SealingKey& key,
                                                      const base::Clock& clock, base::Random& random,
                                                      telemetry::Metrics& metrics);

}  // namespace gatehouse::app
