#include "platform/limits/shared/redis_window_counter.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "platform/base/unavailable.hpp"
#include "platform/limits/shared/redis_rate_limiter.hpp"

namespace gatehouse::limits {
namespace {

using boost::asio::awaitable;

// KEYS: the subject's. ARGV: the window in milliseconds.
const cache::RedisScript& add_script() {
  static const cache::RedisScript add(R"(
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
return count
)");
  return add;
}

const cache::RedisScript& look_script() {
  static const cache::RedisScript look("return tonumber(redis.call('GET', KEYS[1]) or 0)");
  return look;
}

}  // namespace

RedisWindowCounter::RedisWindowCounter(std::string name, std::size_t max_keys_alone, cache::Redis& redis,
                                       const SharedKeys& keys, const base::Clock& clock)
    : name_(std::move(name)), redis_(redis), keys_(keys), own_(max_keys_alone, clock) {}

std::string RedisWindowCounter::key_of(std::string_view kind, std::string_view subject) const {
  std::string purpose = name_;
  purpose.append(" ").append(kind);
  return "gatehouse:" + name_ + ":" + keys_.name_of(purpose, subject);
}

awaitable<Tally> RedisWindowCounter::ask(const cache::RedisScript& script, std::string key, std::chrono::seconds window,
                                         Tally own) {
  own.alone = true;
  if (redis_.is_up()) {
    std::vector<std::string> keys{std::move(key)};
    std::vector<std::string> arguments{std::to_string(std::chrono::milliseconds(window).count())};
    try {
      const auto reply = co_await redis_.eval(script, std::move(keys), std::move(arguments));
      if (const auto count = reply.as_integer()) {  // none when Redis is out of memory, or busy with a script
        by_redis_.fetch_add(1, std::memory_order_relaxed);
        constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
        co_return Tally{.count = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*count, 0, kMost))};
      }
    } catch (const base::Unavailable&) {  // it may have been counted: better once too often than never
    }
  }
  by_process_.fetch_add(1, std::memory_order_relaxed);
  co_return own;
}

awaitable<Tally> RedisWindowCounter::add(std::string_view kind, std::string subject, std::chrono::seconds window) {
  auto key = key_of(kind, subject);
  const auto own = co_await own_.add(kind, std::move(subject), window);
  co_return co_await ask(add_script(), std::move(key), window, own);
}

awaitable<Tally> RedisWindowCounter::look(std::string_view kind, std::string subject) {
  auto key = key_of(kind, subject);
  const auto own = co_await own_.look(kind, std::move(subject));
  co_return co_await ask(look_script(), std::move(key), std::chrono::seconds(0), own);
}

awaitable<void> RedisWindowCounter::forget(std::string_view kind, std::string subject) {
  auto key = key_of(kind, subject);
  co_await own_.forget(kind, std::move(subject));
  if (!redis_.is_up()) co_return;
  try {
    (void)co_await redis_.command({"DEL", std::move(key)});
  } catch (const base::Unavailable&) {  // it goes with its window
  }
}

void RedisWindowCounter::register_metrics(telemetry::Metrics& metrics) const {
  register_decision_metrics(metrics, name_, by_redis_, by_process_);
}

}  // namespace gatehouse::limits
