#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/limits/circuit_breaker.hpp"

namespace gatehouse::queue {

// The lanes of one queue in this process: of each at most one job is in hand, and each has a circuit breaker of its
// own. So an other side that hangs or is gone holds up what goes there, and nothing else. Thread-safe.
class Lanes {
 public:
  // Lanes that nobody is in and that let calls pass are forgotten beyond this many.
  static constexpr std::size_t kRemembered = 128;

  // REQUIRES: clock and random outlive it.
  Lanes(limits::BreakerOptions options, const base::Clock& clock, base::Random& random)
      : options_(options), clock_(clock), random_(random) {}

  // Leave to do one job of a lane, which is free again when this ends. REQUIRES: the lanes outlive it.
  class Hold {
   public:
    Hold(Hold&& other) noexcept
        : lanes_(std::exchange(other.lanes_, nullptr)),
          lane_(std::move(other.lane_)),
          permit_(std::move(other.permit_)) {}
    Hold& operator=(Hold&&) = delete;
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();

    // As those of CircuitBreaker::Permit.
    void succeeded() noexcept { permit_->succeeded(); }
    void failed() noexcept { permit_->failed(); }

   private:
    friend class Lanes;
    Hold(Lanes& lanes, std::string lane, limits::CircuitBreaker::Permit permit)
        : lanes_(&lanes), lane_(std::move(lane)), permit_(std::move(permit)) {}
    Lanes* lanes_;
    std::string lane_;
    std::optional<limits::CircuitBreaker::Permit> permit_;
  };

  // Empty: somebody is in it, or its breaker is open.
  [[nodiscard]] std::optional<Hold> enter(const std::string& lane);
  // Those that somebody is in.
  [[nodiscard]] std::vector<std::string> held() const;
  // Of all lanes: the worst state, and the sums.
  [[nodiscard]] limits::BreakerStats stats() const;

 private:
  struct Lane {
    Lane(limits::BreakerOptions options, const base::Clock& clock, base::Random& random)
        : breaker(options, clock, random) {}
    limits::CircuitBreaker breaker;
    bool held = false;
  };
  void leave(const std::string& lane);
  void forget_idle();

  const limits::BreakerOptions options_;
  const base::Clock& clock_;
  base::Random& random_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Lane> lanes_;
  limits::BreakerStats forgotten_;  // the sums of lanes that are no longer there
};

}  // namespace gatehouse::queue
