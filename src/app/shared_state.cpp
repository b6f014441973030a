#include "app/shared_state.hpp"

#include <string_view>
#include <utility>

#include "crypto/mac.hpp"

namespace gatehouse::app {
namespace {

// REQUIRES: a URL that the settings have checked.
cache::RedisUrl redis_at(const base::Secret& url) { return *cache::parse_redis_url(url.expose()); }

cache::RedisOptions profile_redis(const Settings& settings) {
  return {.name = "redis_profiles", .ca_file = settings.cluster.ca_file.string()};
}

}  // namespace

std::unique_ptr<limits::SharedLimits> make_shared_limits(const Settings& settings, const base::Clock& clock,
                                                         base::Random& random, telemetry::Metrics& metrics) {
  if (settings.limit.redis_url.empty()) return nullptr;
  limits::SharedLimitsOptions options{.redis = redis_at(settings.limit.redis_url)};
  options.ca_file = settings.cluster.ca_file.string();
  options.key = crypto::derive_key(settings.cluster.secret, "gatehouse shared limits v1");
  options.sign_in = settings.limit.sign_in;
  options.registration = settings.limit.registration;
  options.throttle = settings.limit.throttle;
  return std::make_unique<limits::SharedLimits>(std::move(options), clock, random, metrics);
}

Profiles::Profiles(cache::RedisUrl url, const Settings& settings, crypto::SealingKey key, const base::Clock& clock,
                   base::Random& random, telemetry::Metrics& metrics)
    : redis_(std::move(url), profile_redis(settings), clock, random),
      cache_({.lifetime = settings.cache.profile_lifetime}, redis_, std::move(key), clock, random) {
  redis_.register_metrics(metrics);
  cache_.register_metrics(metrics);
}

std::unique_ptr<Profiles> make_profiles(const Settings& settings, const crypto::SealingKey& key,
                                        const base::Clock& clock, base::Random& random, telemetry::Metrics& metrics) {
  if (settings.cache.redis_url.empty()) return nullptr;
  return std::make_unique<Profiles>(redis_at(settings.cache.redis_url), settings,
                                    *crypto::SealingKey::from_bytes(key.bytes()), clock, random, metrics);
}

}  // namespace gatehouse::app
