#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::limits {

enum class BreakerState {
  closed = 0,     // calls pass
  half_open = 1,  // one call passes, to see whether the server is back
  open = 2,       // calls are refused at once
};

struct BreakerOptions {
  unsigned failures = 5;                           // in a row: open
  std::chrono::milliseconds cool_down{500};        // until the first probe; doubled after each that failed …
  std::chrono::milliseconds max_cool_down{8'000};  // … up to this; up to half is added at random
};

struct BreakerStats {  // a moment's view, for the metrics
  BreakerState state = BreakerState::closed;
  std::uint64_t opened = 0;   // closed → open, since start
  std::uint64_t closed = 0;   // half open → closed
  std::uint64_t refused = 0;  // calls
};

// Keeps callers from waiting for a server that does not answer (Nygard, Release It!, "Circuit Breaker").
//
// Counts failures in a row, not a ratio: what this guards against is a server that is gone or frozen, and there every
// call fails, whatever their number. Some failures among successes are the retry budget's affair.
// Count as failures what the server did not do (no connection, no answer in time); an error it answers is an answer.
//
// Thread-safe: one short lock a call.
class CircuitBreaker {
 public:
  // Leave for one call. Say how it went, once; dropped without a word it counts as neither. What is said about a call
  // that was admitted before the breaker last changed its state is ignored: it tells of another time.
  // REQUIRES: the breaker outlives it.
  class Permit {
   public:
    Permit(Permit&& other) noexcept : breaker_(std::exchange(other.breaker_, nullptr)), epoch_(other.epoch_) {}
    Permit& operator=(Permit&&) = delete;
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit();

    void succeeded() noexcept;
    void failed() noexcept;

   private:
    friend class CircuitBreaker;
    Permit(CircuitBreaker& breaker, std::uint64_t epoch) : breaker_(&breaker), epoch_(epoch) {}
    CircuitBreaker* breaker_;
    std::uint64_t epoch_;
  };

  // REQUIRES: both outlive it.
  CircuitBreaker(BreakerOptions options, const base::Clock& clock, base::Random& random);
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  // Empty: refused, fail at once (base::Unavailable). While half open, one call at a time is admitted.
  [[nodiscard]] std::optional<Permit> admit();

  [[nodiscard]] BreakerStats stats() const;

  // As register_breaker_metrics() does. REQUIRES: the breaker outlives the last render().
  void register_metrics(telemetry::Metrics& metrics, const std::string& name) const;

 private:
  enum class Outcome { success, failure, none };
  void report(std::uint64_t epoch, Outcome outcome) noexcept;
  void open();
  void close();

  const BreakerOptions options_;
  const base::Clock& clock_;
  base::Random& random_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  BreakerStats stats_;
  std::uint64_t epoch_ = 0;  // one up at each change of state
  unsigned failures_ = 0;    // in a row
  bool probing_ = false;     // half open, and the one call is under way
  std::chrono::milliseconds cool_down_;
  base::SteadyPoint probe_at_{};
};

// Registers gatehouse_limits_breaker_state (the numbers of BreakerState), …_transitions_total and …_refused_total with
// the label breaker="name". `stats`: thread-safe, does not call back into `metrics`.
void register_breaker_metrics(telemetry::Metrics& metrics, const std::string& name,
                              const std::function<BreakerStats()>& stats);

}  // namespace gatehouse::limits
