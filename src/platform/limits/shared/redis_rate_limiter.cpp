#include "platform/limits/shared/redis_rate_limiter.hpp"

#include <algorithm>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::limits {
namespace {

using boost::asio::awaitable;

// KEYS: the bucket. ARGV: microseconds between two tokens, and of the whole burst. Returns whether one was taken, and
// how much of the burst is used. The bucket is the moment at which it is full again. A master that was made of a
// replica may have another clock: what is used can't be more than all.
const cache::RedisScript& take_script() {
  static const cache::RedisScript script(R"(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = tonumber(redis.call('GET', KEYS[1]) or 0)
local used = math.min(capacity, math.max(0, full_at - now))
if used + interval > capacity then return {0, used} end
used = used + interval
redis.call('SET', KEYS[1], string.format('%.0f', now + used), 'PX', math.ceil(used / 1000))
return {1, used}
)");
  return script;
}

std::string microseconds(std::chrono::nanoseconds time) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::round<std::chrono::microseconds>(time).count()));
}

}  // namespace

Rate stricter(const Rate& rate) { return {.burst = std::max(1U, rate.burst / 2), .per_second = rate.per_second / 2}; }

RedisRateLimiter::RedisRateLimiter(std::string name, Rate rate, cache::Redis& redis, const SharedKeys& keys,
                                   const base::Clock& clock)
    : name_(std::move(name)), rate_(rate), redis_(redis), keys_(keys), alone_(stricter(rate), clock) {}

awaitable<Decision> RedisRateLimiter::take(std::string_view subject) {
  const auto name = keys_.name_of(name_, subject);
  // Counted here as well, so that who has used up the shared bucket does not find a full one when Redis goes away.
  const auto alone = alone_.take(keys_.number_of(name_, subject));
  if (redis_.is_up()) {
    if (const auto shared = co_await take_shared("gatehouse:rate:" + name_ + ":" + name)) {
      by_redis_.fetch_add(1, std::memory_order_relaxed);
      co_return *shared;
    }
  }
  by_process_.fetch_add(1, std::memory_order_relaxed);
  co_return alone;
}

awaitable<std::optional<Decision>> RedisRateLimiter::take_shared(std::string key) {
  const auto interval = interval_of(rate_);
  try {
    const auto reply = co_await redis_.eval(take_script(), {std::move(key)},
                                            {microseconds(interval), microseconds(interval * rate_.burst)});
    const auto parts = reply.as_array();
    if (parts.size() != 2 || !parts[0].as_integer() || !parts[1].as_integer())
      co_return std::nullopt;  // out of memory …
    // Rounding to microseconds must not make more of it than there is.
    const auto used =
        std::min<std::chrono::nanoseconds>(std::chrono::microseconds(*parts[1].as_integer()), interval * rate_.burst);
    co_return decision_of(rate_, used, *parts[0].as_integer() == 1);
  } catch (const base::Unavailable&) {
    co_return std::nullopt;
  }
}

void RedisRateLimiter::register_metrics(telemetry::Metrics& metrics) const {
  register_decision_metrics(metrics, name_, by_redis_, by_process_);
}

void register_decision_metrics(telemetry::Metrics& metrics, const std::string& limiter,
                               const std::atomic<std::uint64_t>& by_redis,
                               const std::atomic<std::uint64_t>& by_process) {
  const auto add = [&](const char* by, const std::atomic<std::uint64_t>& count) {
    metrics.counter_from("gatehouse_limits_decisions_total", "Decisions of shared limits: together, or alone.",
                         {{"limiter", limiter}, {"by", by}}, [&count] { return static_cast<double>(count.load()); });
  };
  add("redis", by_redis);
  add("process", by_process);
}

}  // namespace gatehouse::limits
