#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace gatehouse::limits {

// Who is counted: base::KeyedHash of an address's limit_key() (so a /64 of IPv6 is one key) or of an account's id.
using Key = std::uint64_t;

// At most `burst` at once, refilled at `per_second`. Both above zero.
struct Rate {
  unsigned burst = 1;
  double per_second = 1;
};

struct Decision {
  bool allowed = false;
  unsigned limit = 0;                   // the burst
  unsigned remaining = 0;               // how many would be allowed now
  std::chrono::seconds reset{0};        // until all of the burst is back; rounded up
  std::chrono::seconds retry_after{0};  // zero when allowed, else until one is; rounded up
};

// Token bucket for each key, kept as one time stamp (GCRA). Memory is bounded: when there are more keys than room, the
// key that has used least of its bucket is forgotten, so a flood of new keys cannot wash out the ones being held back.
//
// Thread-safe: locks one of a few small shards for some tens of nanoseconds; never allocates after a shard's first use.
class RateLimiter {
 public:
  static constexpr std::size_t kDefaultKeys = std::size_t{1} << 15;  // 24 bytes each, taken when first used

  // REQUIRES: the clock outlives the limiter.
  RateLimiter(Rate rate, const base::Clock& clock, std::size_t max_keys = kDefaultKeys);
  ~RateLimiter();
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // Takes one from the bucket of `key` if there is one. A refused request costs nothing.
  [[nodiscard]] Decision take(Key key);
  // True when take() would refuse. Counts nothing: for costs that are known only afterwards.
  [[nodiscard]] bool is_exhausted(Key key) const;

  [[nodiscard]] Rate rate() const noexcept { return rate_; }

 private:
  struct Shard;

  const Rate rate_;
  const std::int64_t interval_ns_;  // between two tokens
  const base::Clock& clock_;
  std::unique_ptr<Shard[]> shards_;
};

// What a bucket says of which `used` is taken, as the time until it is full again; for who keeps buckets elsewhere.
[[nodiscard]] Decision decision_of(const Rate& rate, std::chrono::nanoseconds used, bool allowed);
// Between two tokens.
[[nodiscard]] std::chrono::nanoseconds interval_of(const Rate& rate);

// The header fields of draft-ietf-httpapi-ratelimit-headers-09. `name` is the tier's, of [a-z_-].
[[nodiscard]] std::string rate_limit_policy_header(std::string_view name, const Rate& rate);   // "login";q=10;w=60
[[nodiscard]] std::string rate_limit_header(std::string_view name, const Decision& decision);  // "login";r=9;t=6

}  // namespace gatehouse::limits
