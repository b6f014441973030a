#include "platform/limits/shared/redis_sign_in_counter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "platform/base/encoding.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/limits/shared/redis_rate_limiter.hpp"

namespace gatehouse::limits {
namespace {

using boost::asio::awaitable;

// The arithmetic is that of SignInThrottle, whose comments hold here, too.
// KEYS: pair, subject, address. ARGV: known device (0 or 1), window in seconds, then for each counter the failures it
// allows, the longest wait, and the level above which nothing grows.
// A counter is "level delay at", in seconds of Redis' clock, and goes when neither level nor delay is left.
constexpr std::string_view kCounters = R"(
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local window = tonumber(ARGV[2])
local function load(i)
  local c = {key = KEYS[i], failures = tonumber(ARGV[3 * i]), max_delay = tonumber(ARGV[3 * i + 1]),
             ceiling = tonumber(ARGV[3 * i + 2]), level = 0, wait = 0}
  local level, delay, at = string.match(redis.call('GET', c.key) or '', '^(%S+) (%S+) (%S+)$')
  if level then
    local age = math.max(0, now - at)
    c.level = math.max(0, level - age * c.failures / window)
    c.wait = math.min(c.max_delay, math.max(0, delay - age))
  end
  return c
end
local function delay_at(c, level)
  local above = math.floor(level + 0.5) - c.failures
  if above < 0 then return 0 end
  return math.min(2 ^ above, c.max_delay)
end
local function store(c, level, delay)
  local left = math.max(level * window / c.failures, delay)
  if left <= 0 then return redis.call('DEL', c.key) end
  redis.call('SET', c.key, string.format('%.6f %.6f %.6f', level, delay, now), 'PX', math.ceil(left * 1000))
end
local function take_back(c)
  local level = math.max(0, c.level - 1)
  store(c, level, math.min(delay_at(c, level), c.wait))
end
local pair, subject, address = load(1), load(2), load(3)
)";

cache::RedisScript script(std::string_view steps) { return cache::RedisScript(std::string(kCounters).append(steps)); }

// How many seconds to wait; 0: counted.
const cache::RedisScript& begin_script() {
  static const auto begin = script(R"(
local wait = pair.wait
if ARGV[1] ~= '1' then wait = math.max(wait, subject.wait, address.wait) end
if wait > 0 then return math.max(1, math.ceil(wait)) end
for _, c in ipairs({pair, subject, address}) do
  local level = math.min(c.level + 1, c.ceiling)
  store(c, level, delay_at(c, level))
end
return 0
)");
  return begin;
}

const cache::RedisScript& succeeded_script() {
  static const auto succeeded = script(R"(
redis.call('DEL', pair.key)
take_back(subject)
take_back(address)
return 0
)");
  return succeeded;
}

const cache::RedisScript& withdraw_script() {
  static const auto withdraw = script(R"(
take_back(pair)
take_back(subject)
take_back(address)
return 0
)");
  return withdraw;
}

std::vector<std::string> settings_of(const SignInThrottleOptions& options) {
  std::vector<std::string> settings{std::to_string(options.window.count())};
  for (const auto& tier : {options.pair, options.subject, options.address}) {
    const double longest = std::max<double>(1, static_cast<double>(tier.max_delay.count()));
    const auto doublings = static_cast<unsigned>(std::ceil(std::log2(longest)));
    for (const auto number :
         {std::int64_t{tier.failures}, std::int64_t{tier.max_delay.count()}, std::int64_t{tier.failures + doublings}}) {
      settings.push_back(std::to_string(number));
    }
  }
  return settings;
}

std::string hex(std::uint64_t key) { return base::hex_encode({reinterpret_cast<const char*>(&key), sizeof(key)}); }

// All in one slot of a cluster, or no script could count all three at once. A hash takes a hundred times longer.
std::vector<std::string> keys_of(const SignInAttempt& attempt) {
  const std::string prefix = "gatehouse:{sign-in}:";
  const auto subject = hex(attempt.subject);
  const auto address = hex(attempt.address);
  return {prefix + "pair:" + subject + hex(attempt.guesser()), prefix + "subject:" + subject,
          prefix + "address:" + address};
}

}  // namespace

SignInThrottleOptions stricter(SignInThrottleOptions options) {
  for (auto* tier : {&options.pair, &options.subject, &options.address}) {
    tier->failures = std::max(1U, tier->failures / 2);
  }
  return options;
}

RedisSignInCounter::RedisSignInCounter(const SignInThrottleOptions& options, cache::Redis& redis,
                                       const SharedKeys& keys, const base::Clock& clock)
    : redis_(redis), keys_(keys), settings_(settings_of(options)), alone_(stricter(options), clock) {}

std::uint64_t RedisSignInCounter::key_of(std::string_view bytes) const { return keys_.number_of("sign-in", bytes); }

awaitable<std::chrono::seconds> RedisSignInCounter::async_begin(SignInAttempt& attempt) {
  // Counted here as well: who has been failing all along does not begin anew when Redis goes away.
  const auto alone = alone_.begin(attempt);
  attempt.counted_here = alone.count() == 0;
  const auto shared = co_await run(begin_script(), attempt);
  if (!shared) {
    by_process_.fetch_add(1, std::memory_order_relaxed);
    co_return alone;
  }
  by_redis_.fetch_add(1, std::memory_order_relaxed);
  attempt.counted_shared = *shared == 0;
  if (!attempt.counted_shared && std::exchange(attempt.counted_here, false)) alone_.withdraw(attempt);
  co_return std::chrono::seconds(*shared);
}

awaitable<void> RedisSignInCounter::async_succeeded(SignInAttempt attempt) {
  if (attempt.counted_here) alone_.succeeded(attempt);
  if (attempt.counted_shared) co_await run(succeeded_script(), attempt);
}

awaitable<void> RedisSignInCounter::async_withdraw(SignInAttempt attempt) {
  if (attempt.counted_here) alone_.withdraw(attempt);
  if (attempt.counted_shared) co_await run(withdraw_script(), attempt);
}

awaitable<std::optional<std::int64_t>> RedisSignInCounter::run(const cache::RedisScript& script,
                                                               const SignInAttempt& attempt) {
  if (!redis_.is_up()) co_return std::nullopt;
  std::vector<std::string> arguments{attempt.device ? "1" : "0"};
  arguments.insert(arguments.end(), settings_.begin(), settings_.end());
  try {
    const auto reply = co_await redis_.eval(script, keys_of(attempt), std::move(arguments));
    co_return reply.as_integer();  // none when Redis is out of memory, or busy with a script
  } catch (const base::Unavailable&) {
    co_return std::nullopt;  // it may have been counted: better once too often than never
  }
}

void RedisSignInCounter::register_metrics(telemetry::Metrics& metrics) const {
  register_decision_metrics(metrics, "failed_sign_ins", by_redis_, by_process_);
}

}  // namespace gatehouse::limits
