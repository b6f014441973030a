#include "platform/cache/redis.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "platform/base/unavailable.hpp"
#include "platform/cache/redis_slots.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::cache {
namespace {

using boost::asio::awaitable;

// How often the thread asks the breaker whether it is time to look for a lost server.
constexpr std::chrono::milliseconds kHealEvery{20};

base::SteadyPoint steady_now() { return std::chrono::steady_clock::now(); }

RedisConnectionOptions connection_options(const RedisOptions& options) {
  return {.client_name = "gatehouse-" + options.name, .ca_file = options.ca_file, .max_reply = options.max_reply};
}

}  // namespace

Redis::Redis(RedisUrl url, RedisOptions options, const base::Clock& clock, base::Random& random)
    : options_(std::move(options)),
      backend_(make_redis_backend(std::make_unique<RedisDirectory>(std::move(url), connection_options(options_)),
                                  options_.breaker, clock, random)) {
  waiting_.reserve(options_.queue_limit);  // enqueue must not fail for want of memory
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), options_.name.c_str());
}

Redis::~Redis() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

awaitable<RedisReply> Redis::command(RedisCommand words) {
  const std::string_view key = words.size() > 1 ? std::string_view(words[1]) : std::string_view();
  co_return co_await run(words, key);
}

awaitable<RedisReply> Redis::eval(const RedisScript& script, std::vector<std::string> keys,
                                  std::vector<std::string> arguments) {
  const std::string key = keys.front();
  RedisCommand words{"EVALSHA", script.sha1(), std::to_string(keys.size())};
  std::move(keys.begin(), keys.end(), std::back_inserter(words));
  std::move(arguments.begin(), arguments.end(), std::back_inserter(words));
  auto reply = co_await run(words, key);
  if (!reply.is_error("NOSCRIPT")) co_return reply;
  words[0] = "EVAL";
  words[1] = script.source();
  co_return co_await run(words, key);
}

awaitable<RedisReply> Redis::run(const RedisCommand& words, std::string_view key) {
  struct Enqueue final : runtime::Submit {
    Redis& redis;
    RedisCall& call;
    Enqueue(Redis& r, RedisCall& c) : redis(r), call(c) {}
    void operator()(std::unique_ptr<runtime::Resume> resume) noexcept override {
      redis.enqueue(call, std::move(resume));
    }
  };
  const telemetry::Span span("redis", telemetry::SpanKind::client);
  RedisCall call;
  encode(words, call.encoded);
  call.slot = redis_slot_of(key);
  call.queued_at = steady_now();
  call.deadline = call.queued_at + options_.timeout;
  Enqueue enqueue(*this, call);
  co_await runtime::suspend(enqueue);
  call.rethrow_if_failed();
  co_return std::move(call.reply);
}

void Redis::enqueue(RedisCall& call, std::unique_ptr<runtime::Resume> resume) noexcept {
  call.resume_ = std::move(resume);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return refuse(call, "redis_stopping");
    if (!is_up()) return refuse(call, "redis_away");
    if (waiting_.size() >= options_.queue_limit) return refuse(call, "redis_queue_full");
    wake = waiting_.empty();
    waiting_.push_back(&call);
  }
  if (wake) ready_.notify_one();
}

// REQUIRES: mutex_ is held.
void Redis::refuse(RedisCall& call, const char* reason) noexcept {
  ++stats_.failed;
  call.fail(std::make_exception_ptr(base::Unavailable(reason)));
  call.finish();
}

void Redis::work() {
  Group group;
  while (take_group(group)) {
    if (!group.empty()) run_group(group);
    // Of several servers some may be up: their callers wait meanwhile.
    if (!backend_->is_whole()) backend_->heal(is_up() ? options_.timeout / 2 : options_.connect_timeout);
    note_backend();
  }
}

// False: stopping. The group may be empty: then it is time to look after the servers.
bool Redis::take_group(Group& group) {
  group.clear();
  std::unique_lock lock(mutex_);
  const auto wanted = [this] { return stopping_ || !waiting_.empty(); };
  if (backend_->is_whole()) {
    ready_.wait(lock, wanted);
  } else {
    ready_.wait_for(lock, kHealEvery, wanted);
  }
  if (stopping_) {
    for (auto* call : waiting_) refuse(*call, "redis_stopping");
    waiting_.clear();
    return false;
  }
  const auto now = steady_now();
  auto taken = waiting_.begin();
  for (; taken != waiting_.end() && group.size() < options_.group_limit; ++taken) {
    if ((*taken)->deadline > now) {
      group.push_back(*taken);
    } else {
      refuse(**taken, "redis_queue_stale");
    }
  }
  waiting_.erase(waiting_.begin(), taken);
  return true;
}

void Redis::run_group(Group& group) {
  backend_->run(group);
  note_backend();  // before a caller that failed asks again
  const auto now = steady_now();
  {
    const std::lock_guard lock(mutex_);
    ++stats_.groups;
    for (const auto* call : group) {
      if (call->failed()) {
        ++stats_.failed;
      } else {
        ++stats_.answered;
        stats_.seconds_total += std::chrono::duration<double>(now - call->queued_at).count();
      }
    }
  }
  for (auto* call : group) call->finish();
}

void Redis::note_backend() {
  const std::lock_guard lock(mutex_);
  up_.store(backend_->is_up(), std::memory_order_relaxed);
  stats_.backend = backend_->stats();
}

RedisStats Redis::stats() const {
  const std::lock_guard lock(mutex_);
  auto stats = stats_;
  stats.depth = waiting_.size();
  return stats;
}

void Redis::register_metrics(telemetry::Metrics& metrics) const {
  const telemetry::Labels labels{{"client", options_.name}};
  const auto counter = [&](const char* name, const char* help, auto read) {
    metrics.counter_from(name, help, labels, [this, read] { return static_cast<double>(read(stats())); });
  };
  metrics.gauge_from("gatehouse_cache_redis_up", "1 while Redis is there.", labels, [this] { return is_up() ? 1 : 0; });
  metrics.gauge_from("gatehouse_cache_queue_depth", "Commands that wait for Redis.", labels,
                     [this] { return static_cast<double>(stats().depth); });
  counter("gatehouse_cache_commands_total", "Commands Redis answered.", [](const auto& s) { return s.answered; });
  counter("gatehouse_cache_commands_failed_total", "Commands Redis could not answer.",
          [](const auto& s) { return s.failed; });
  counter("gatehouse_cache_groups_total", "Groups in which commands were sent.",
          [](const auto& s) { return s.groups; });
  counter("gatehouse_cache_command_seconds_total", "From a command's call to its reply.",
          [](const auto& s) { return s.seconds_total; });
  counter("gatehouse_cache_connects_total", "Connections made.", [](const auto& s) { return s.backend.connects; });
  limits::register_breaker_metrics(metrics, options_.name, [this] { return stats().backend.breaker; });
}

}  // namespace gatehouse::cache
