#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/cache/redis_call.hpp"
#include "platform/cache/redis_directory.hpp"
#include "platform/limits/circuit_breaker.hpp"

namespace gatehouse::cache {

struct RedisBackendStats {
  limits::BreakerStats breaker;  // of several servers: the worst state, the sum of the counts
  std::uint64_t connects = 0;    // connections made since start
};

// The servers behind a client, whatever their number. Blocking; the client's thread alone uses it.
class RedisBackend {
 public:
  virtual ~RedisBackend() = default;

  // Each call has a reply afterwards, or has failed with base::Unavailable. Takes no longer than the last deadline.
  virtual void run(std::span<RedisCall* const> calls) = 0;

  // Would any call be made now? When not, all can be refused at once.
  [[nodiscard]] virtual bool is_up() const = 0;
  // Is anything lost that heal() should look for?
  [[nodiscard]] virtual bool is_whole() const = 0;
  // Looks for what is lost, if it is time to; takes at most about `timeout`.
  virtual void heal(std::chrono::milliseconds timeout) = 0;

  [[nodiscard]] virtual RedisBackendStats stats() const = 0;
};

// REQUIRES: clock and random outlive it.
[[nodiscard]] std::unique_ptr<RedisBackend> make_redis_backend(std::unique_ptr<const RedisDirectory> directory,
                                                               limits::BreakerOptions breaker, const base::Clock& clock,
                                                               base::Random& random);

}  // namespace gatehouse::cache
