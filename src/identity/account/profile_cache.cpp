#include "identity/account/profile_cache.hpp"

#include <vector>

#include "crypto/mac.hpp"
#include "identity/account/account_codec.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/runtime/task.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kLateAtOnce = 16;

std::string place_of(contract::AccountId id) { return "cache.profile:" + id.to_string(); }

}  // namespace

// One load under way, for all who ask for the account meanwhile.
struct ProfileCache::Flight {
  std::atomic<bool> outdated{false};  // the row has changed since it began: show it to who waits, keep it nowhere
  // Guarded by the cache's mutex_ until landed; then constant.
  bool landed = false;
  std::vector<std::unique_ptr<runtime::Resume>> waiting;
  Found found;
  std::exception_ptr error;
};

ProfileCache::ProfileCache(ProfileCacheOptions options, cache::Redis& redis, crypto::SealingKey key,
                           const base::Clock& clock, base::Random& random)
    : options_(options), redis_(redis), key_(std::move(key)), clock_(clock), random_(random) {}

awaitable<ProfileCache::Found> ProfileCache::find(contract::AccountId id, const Load& load) {
  struct Join final : runtime::Submit {
    std::mutex& mutex;
    Flight& flight;
    Join(std::mutex& m, Flight& f) : mutex(m), flight(f) {}
    void operator()(std::unique_ptr<runtime::Resume> resume) noexcept override {
      {
        const std::lock_guard lock(mutex);
        if (!flight.landed) return flight.waiting.push_back(std::move(resume));
      }
      (*resume)();
    }
  };
  co_await forget_late();
  std::shared_ptr<Flight> flight;
  bool leads = false;
  {
    const std::lock_guard lock(mutex_);
    auto& entry = flights_[id];
    leads = entry == nullptr;
    if (leads) entry = std::make_shared<Flight>();
    flight = entry;
  }
  if (leads) co_return co_await lead(id, flight, load);
  Join join(mutex_, *flight);
  co_await runtime::suspend(join);
  stats_.joined.fetch_add(1, std::memory_order_relaxed);
  if (flight->error) std::rethrow_exception(flight->error);
  co_return flight->found;
}

awaitable<ProfileCache::Found> ProfileCache::lead(contract::AccountId id, const std::shared_ptr<Flight>& flight,
                                                  const Load& load) {
  Found found;
  std::exception_ptr error;
  try {
    found = co_await fetch(id, *flight, load);
  } catch (...) {
    error = std::current_exception();
  }
  std::vector<std::unique_ptr<runtime::Resume>> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = flights_.find(id);
    if (entry != flights_.end() && entry->second == flight) flights_.erase(entry);
    flight->found = found;
    flight->error = error;
    flight->landed = true;
    waiting.swap(flight->waiting);
  }
  for (const auto& resume : waiting) (*resume)();
  if (error) std::rethrow_exception(error);
  co_return found;
}

awaitable<ProfileCache::Found> ProfileCache::fetch(contract::AccountId id, const Flight& flight, const Load& load) {
  bool ask_redis = redis_.is_up();
  if (ask_redis) {
    const std::lock_guard lock(mutex_);
    ask_redis = !unforgotten_.contains(id);
  }
  Answer answer = Answer::no_answer;
  if (ask_redis) {
    auto [answered, cached] = co_await ask(id);
    if (answered == Answer::hit) {
      stats_.hits.fetch_add(1, std::memory_order_relaxed);
      co_return std::move(cached);
    }
    answer = answered;
  }
  (answer == Answer::miss ? stats_.misses : stats_.bypassed).fetch_add(1, std::memory_order_relaxed);
  const auto began = clock_.steady_now();
  auto found = co_await load();
  if (found) found->password_hash.clear();
  const bool in_time = clock_.steady_now() - began < options_.fence / 2;
  if (found && answer == Answer::miss && in_time && !flight.outdated) co_await fill(*found);
  co_return found;
}

awaitable<std::pair<ProfileCache::Answer, ProfileCache::Found>> ProfileCache::ask(contract::AccountId id) {
  try {
    const auto reply = co_await redis_.command({"GET", name_of(id)});
    if (reply.is_nil()) co_return std::pair(Answer::miss, Found());
    const auto sealed = reply.as_text().value_or("");
    if (const auto opened = key_.open(sealed, place_of(id))) {
      auto record = decode_account(opened->expose());
      if (record && record->id == id) co_return std::pair(Answer::hit, std::move(record));
    }
  } catch (const base::Unavailable&) {
    // As if there were none.
  }
  co_return std::pair(Answer::no_answer, Found());  // also a fence: nothing may be put there yet
}

awaitable<void> ProfileCache::fill(const AccountWithProfile& record) {
  const auto lifetime = std::chrono::milliseconds(options_.lifetime).count();
  auto sealed = key_.seal(encode_account(record), place_of(record.id), random_);
  try {
    // NX: not over a fence.
    (void)co_await redis_.command({"SET", name_of(record.id), std::move(sealed), "NX", "PX", std::to_string(lifetime)});
  } catch (const base::Unavailable&) {
    // Then the next one will.
  }
}

awaitable<void> ProfileCache::forget(contract::AccountId id) {
  std::uint64_t change = 0;
  {
    const std::lock_guard lock(mutex_);
    change = ++changes_;
    // From here on nobody in this process joins a load that may have begun before the change.
    if (const auto entry = flights_.find(id); entry != flights_.end()) {
      entry->second->outdated = true;
      flights_.erase(entry);
    }
    if (unforgotten_.size() < options_.max_unforgotten || unforgotten_.contains(id)) {
      unforgotten_[id] = change;
    } else {
      stats_.lost.fetch_add(1, std::memory_order_relaxed);
    }
  }
  if (!redis_.is_up() || !co_await set_fence(id)) co_return;
  const std::lock_guard lock(mutex_);
  const auto entry = unforgotten_.find(id);
  if (entry != unforgotten_.end() && entry->second == change) unforgotten_.erase(entry);
}

awaitable<bool> ProfileCache::set_fence(contract::AccountId id) {
  try {
    const auto reply = co_await redis_.command({"SET", name_of(id), "", "PX", std::to_string(options_.fence.count())});
    if (!reply.is_error()) co_return true;
    // No memory for a fence is no reason to leave the old row there.
    co_return !(co_await redis_.command({"DEL", name_of(id)})).is_error();
  } catch (const base::Unavailable&) {
    co_return false;
  }
}

// What Redis could not be told when it happened, a few at a time.
awaitable<void> ProfileCache::forget_late() {
  if (!redis_.is_up()) co_return;
  std::vector<contract::AccountId> late;
  {
    const std::lock_guard lock(mutex_);
    if (unforgotten_.empty()) co_return;
    for (const auto& [id, change] : unforgotten_) {
      late.push_back(id);
      if (late.size() == kLateAtOnce) break;
    }
  }
  for (const auto id : late) co_await forget(id);
}

std::string ProfileCache::name_of(contract::AccountId id) const {
  return "gatehouse:profile:" + base::hex_encode(crypto::hmac_sha256(key_.bytes(), place_of(id)).substr(0, 16));
}

std::size_t ProfileCache::unforgotten() const {
  const std::lock_guard lock(mutex_);
  return unforgotten_.size();
}

void ProfileCache::register_metrics(telemetry::Metrics& metrics) const {
  const auto count = [&](const char* result, const std::atomic<std::uint64_t>& value) {
    metrics.counter_from("gatehouse_identity_profile_cache_reads_total", "Profiles read, and where they came from.",
                         {{"result", result}}, [&value] { return static_cast<double>(value.load()); });
  };
  count("hit", stats_.hits);
  count("miss", stats_.misses);
  count("joined", stats_.joined);
  count("bypassed", stats_.bypassed);
  metrics.gauge_from("gatehouse_identity_profile_cache_unforgotten", "Changes that Redis has not heard of yet.", {},
                     [this] { return static_cast<double>(unforgotten()); });
  metrics.counter_from("gatehouse_identity_profile_cache_lost_total", "Changes that Redis will not hear of.", {},
                       [this] { return static_cast<double>(stats_.lost.load()); });
}

}  // namespace gatehouse::identity
