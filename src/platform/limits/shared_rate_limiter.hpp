#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "platform/limits/rate_limiter.hpp"

namespace gatehouse::limits {

// A tier that several processes count together. `subject`: the bytes that stand for who is counted (an address's
// limit_key()), the same in every process. Never fails: an implementation that can't reach the others decides by
// itself, and more strictly. Thread-safe.
class SharedRateLimiter {
 public:
  virtual ~SharedRateLimiter() = default;
  // As RateLimiter::take().
  virtual boost::asio::awaitable<Decision> take(std::string_view subject) = 0;
  [[nodiscard]] virtual Rate rate() const noexcept = 0;
};

}  // namespace gatehouse::limits
