#include "platform/limits/rate_limiter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <mutex>

#include "platform/limits/keyed_table.hpp"

namespace gatehouse::limits {

namespace {

constexpr std::size_t kShards = 16;
constexpr std::int64_t kSecond = 1'000'000'000;

std::chrono::seconds seconds_up(std::int64_t ns) { return std::chrono::seconds((ns + kSecond - 1) / kSecond); }

std::int64_t nanoseconds(base::SteadyPoint point) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(point.time_since_epoch()).count();
}

// When the bucket will be full again, in nanoseconds of the steady clock; in the past: it is full.
struct Bucket {
  std::int64_t full_at = 0;
};

}  // namespace

struct RateLimiter::Shard {
  std::mutex mutex;
  KeyedTable<Bucket> buckets{0};  // guarded by mutex
};

RateLimiter::RateLimiter(Rate rate, const base::Clock& clock, std::size_t max_keys)
    : rate_(rate), interval_ns_(interval_of(rate).count()), clock_(clock), shards_(std::make_unique<Shard[]>(kShards)) {
  for (std::size_t i = 0; i < kShards; ++i) shards_[i].buckets = KeyedTable<Bucket>(max_keys / kShards);
}

RateLimiter::~RateLimiter() = default;

Decision RateLimiter::take(Key key) {
  const std::int64_t now = nanoseconds(clock_.steady_now());
  const std::int64_t capacity = interval_ns_ * rate_.burst;
  Shard& shard = shards_[key >> 60U];  // the high bits; the table uses the low ones
  const std::lock_guard lock(shard.mutex);
  Bucket& bucket = shard.buckets.find_or_insert(key, [](const Bucket& b) { return b.full_at; });
  const std::int64_t used = std::max<std::int64_t>(0, bucket.full_at - now);
  if (used + interval_ns_ > capacity) return decision_of(rate_, std::chrono::nanoseconds(used), false);
  bucket.full_at = now + used + interval_ns_;
  return decision_of(rate_, std::chrono::nanoseconds(used + interval_ns_), true);
}

bool RateLimiter::is_exhausted(Key key) const {
  const std::int64_t now = nanoseconds(clock_.steady_now());
  Shard& shard = shards_[key >> 60U];
  const std::lock_guard lock(shard.mutex);
  const Bucket* const bucket = shard.buckets.find(key);
  if (bucket == nullptr) return false;
  const std::int64_t used = std::max<std::int64_t>(0, bucket->full_at - now);
  return used + interval_ns_ > interval_ns_ * rate_.burst;
}

std::chrono::nanoseconds interval_of(const Rate& rate) {
  if (rate.burst == 0 || !(rate.per_second > 0)) std::abort();
  const auto interval = std::llround(static_cast<double>(kSecond) / rate.per_second);
  return std::chrono::nanoseconds(std::max<std::int64_t>(1, interval));
}

Decision decision_of(const Rate& rate, std::chrono::nanoseconds used, bool allowed) {
  const std::int64_t interval = interval_of(rate).count();
  const std::int64_t capacity = interval * rate.burst;
  Decision decision;
  decision.allowed = allowed;
  decision.limit = rate.burst;
  decision.remaining = static_cast<unsigned>((capacity - used.count()) / interval);
  decision.reset = seconds_up(used.count());
  if (!allowed) decision.retry_after = seconds_up(used.count() + interval - capacity);
  return decision;
}

std::string rate_limit_policy_header(std::string_view name, const Rate& rate) {
  const double window = std::max(1.0, std::ceil(rate.burst / rate.per_second));
  return '"' + std::string(name) + "\";q=" + std::to_string(rate.burst) +
         ";w=" + std::to_string(static_cast<std::int64_t>(window));
}

std::string rate_limit_header(std::string_view name, const Decision& decision) {
  // `t` is when the quota is worth asking again: a client that has none left should wait for one, not for all.
  const auto until = decision.allowed ? decision.reset : decision.retry_after;
  return '"' + std::string(name) + "\";r=" + std::to_string(decision.remaining) + ";t=" + std::to_string(until.count());
}

}  // namespace gatehouse::limits
