#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>

#include "platform/cache/redis_call.hpp"
#include "platform/cache/redis_connection.hpp"
#include "platform/limits/circuit_breaker.hpp"

namespace gatehouse::cache {

// One Redis server as the client's thread knows it: a connection that is made anew when it is lost, behind a circuit
// breaker. Blocking; one thread uses it.
//
// Calls are only made while the breaker is closed; while it is not, heal() looks whether the server is back, with time
// that no caller waits for.
class RedisNode {
 public:
  using Connect = std::function<std::unique_ptr<RedisConnection>(base::SteadyPoint deadline)>;
  // REQUIRES: clock and random outlive it.
  RedisNode(Connect connect, limits::BreakerOptions breaker, const base::Clock& clock, base::Random& random);

  // Sends all of them. False: none will be answered, and each has failed with what kept it from that.
  [[nodiscard]] bool send(std::span<RedisCall* const> calls);
  // Waits for the replies; each call has one afterwards, or has failed. REQUIRES: send() said true, to the same calls.
  void receive(std::span<RedisCall* const> calls);
  // One call alone, after ASKING when a cluster said so.
  void exchange(RedisCall& call, bool asking);

  // Can calls be made now?
  [[nodiscard]] bool is_up() const { return up_; }
  enum class Healing { not_yet, failed, done };  // not_yet: it is too early for another try
  // Connects within `timeout` when it is time to.
  Healing heal(std::chrono::milliseconds timeout);

  [[nodiscard]] limits::BreakerStats breaker() const { return breaker_.stats(); }
  [[nodiscard]] std::uint64_t connects() const noexcept { return connects_; }

 private:
  void ensure_connected(base::SteadyPoint deadline);
  void lose(limits::CircuitBreaker::Permit& permit);

  const Connect connect_;
  limits::CircuitBreaker breaker_;
  std::unique_ptr<RedisConnection> connection_;
  std::uint64_t connects_ = 0;
  bool up_ = false;
};

}  // namespace gatehouse::cache
