#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "contract/ids.hpp"
#include "crypto/sealing.hpp"
#include "identity/account/account.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/keyed_hash.hpp"
#include "platform/base/random.hpp"
#include "platform/cache/redis.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::identity {

struct ProfileCacheOptions {
  std::chrono::seconds lifetime{std::chrono::hours(1)};
  // For so long after a change nothing is put into its place: whoever read the row before the change has no longer than
  // half of it to put it there. See docs/adr/0022.
  std::chrono::milliseconds fence{10'000};
  std::size_t max_unforgotten = 100'000;  // changes that Redis has not heard of yet, remembered
};

// The rows of accounts for who looks at them often, in Redis for all processes (cache-aside). What lies there is the
// row as the database has it, sealed once more, under a name that tells nobody whose it is. Never for what decides.
//
// One load at a time and process for an account: who asks meanwhile gets the same row. Whatever is wrong with Redis,
// the row is loaded from the database, and nothing waits for Redis longer than its client's timeout. Thread-safe.
class ProfileCache {
 public:
  using Found = std::optional<AccountWithProfile>;
  using Load = std::function<boost::asio::awaitable<Found>()>;

  // `key`: of this purpose alone, the same in all processes. REQUIRES: redis, clock and random outlive it.
  ProfileCache(ProfileCacheOptions options, cache::Redis& redis, crypto::SealingKey key, const base::Clock& clock,
               base::Random& random);

  // The account's row, without its hash, not older than the last change that was forgotten here; nothing when load()
  // finds none. Throws what load() throws. REQUIRES: load() reads what was committed last, not a replica; it lives as
  // long as the call.
  boost::asio::awaitable<Found> find(contract::AccountId id, const Load& load);

  // The row has changed, or may have: no process shows the old one when this completes. While Redis is away, others may
  // until this process has reached it again, or the row's lifetime ends. Never throws.
  boost::asio::awaitable<void> forget(contract::AccountId id);

  // gatehouse_identity_profile_cache_…; REQUIRES: the cache outlives the last render().
  void register_metrics(telemetry::Metrics& metrics) const;

  struct Stats {
    std::atomic<std::uint64_t> hits{0};      // shown from Redis
    std::atomic<std::uint64_t> misses{0};    // loaded, and Redis did not have it
    std::atomic<std::uint64_t> joined{0};    // got the row that another was loading
    std::atomic<std::uint64_t> bypassed{0};  // loaded without asking, or without an answer
    std::atomic<std::uint64_t> lost{0};      // changes there was no room to remember
  };
  [[nodiscard]] const Stats& stats() const noexcept { return stats_; }
  [[nodiscard]] std::size_t unforgotten() const;

 private:
  struct Flight;
  enum class Answer { hit, miss, no_answer };

  boost::asio::awaitable<Found> lead(contract::AccountId id, const std::shared_ptr<Flight>& flight, const Load& load);
  boost::asio::awaitable<Found> fetch(contract::AccountId id, const Flight& flight, const Load& load);
  boost::asio::awaitable<std::pair<Answer, Found>> ask(contract::AccountId id);
  boost::asio::awaitable<void> fill(const AccountWithProfile& record);
  boost::asio::awaitable<bool> set_fence(contract::AccountId id);
  boost::asio::awaitable<void> forget_late();
  [[nodiscard]] std::string name_of(contract::AccountId id) const;

  const ProfileCacheOptions options_;
  cache::Redis& redis_;
  const crypto::SealingKey key_;
  const base::Clock& clock_;
  base::Random& random_;
  Stats stats_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<contract::AccountId, std::shared_ptr<Flight>, base::KeyedHash> flights_;
  std::unordered_map<contract::AccountId, std::uint64_t, base::KeyedHash> unforgotten_;  // and which change it was
  std::uint64_t changes_ = 0;
};

// Runs a change of the account and forgets its row, whatever came of it: a write whose outcome nobody knows may have
// been made. `profiles` nullptr: only the change.
template <class T>
boost::asio::awaitable<T> forgetting(ProfileCache* profiles, contract::AccountId id, boost::asio::awaitable<T> change) {
  if (profiles == nullptr) co_return co_await std::move(change);
  std::optional<T> result;
  std::exception_ptr error;
  try {
    result.emplace(co_await std::move(change));
  } catch (...) {
    error = std::current_exception();  // a handler can't wait
  }
  co_await profiles->forget(id);
  if (error) std::rethrow_exception(error);
  co_return std::move(*result);
}

}  // namespace gatehouse::identity
