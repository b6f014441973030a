#include "platform/limits/circuit_breaker.hpp"

#include <algorithm>
#include <cstdlib>

namespace gatehouse::limits {
namespace {

// Up to half more, so that nodes which lost the same server at once do not all come back at once.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds time, base::Random& random) {
  std::uint32_t bits = 0;
  random.fill(&bits, sizeof(bits));
  return time + time * (bits >> 16U) / (2 * 65536);
}

}  // namespace

CircuitBreaker::Permit::~Permit() {
  if (breaker_ != nullptr) breaker_->report(epoch_, Outcome::none);
}

void CircuitBreaker::Permit::succeeded() noexcept {
  if (breaker_ != nullptr) std::exchange(breaker_, nullptr)->report(epoch_, Outcome::success);
}

void CircuitBreaker::Permit::failed() noexcept {
  if (breaker_ != nullptr) std::exchange(breaker_, nullptr)->report(epoch_, Outcome::failure);
}

CircuitBreaker::CircuitBreaker(BreakerOptions options, const base::Clock& clock, base::Random& random)
    : options_(options), clock_(clock), random_(random), cool_down_(options.cool_down) {
  if (options_.failures == 0 || options_.cool_down.count() <= 0) std::abort();
}

std::optional<CircuitBreaker::Permit> CircuitBreaker::admit() {
  const std::lock_guard lock(mutex_);
  if (stats_.state == BreakerState::closed) return Permit(*this, epoch_);
  if (stats_.state == BreakerState::open && clock_.steady_now() >= probe_at_) {
    stats_.state = BreakerState::half_open;
    ++epoch_;
  }
  if (stats_.state == BreakerState::half_open && !probing_) {
    probing_ = true;
    return Permit(*this, epoch_);
  }
  ++stats_.refused;
  return std::nullopt;
}

void CircuitBreaker::report(std::uint64_t epoch, Outcome outcome) noexcept {
  const std::lock_guard lock(mutex_);
  if (epoch != epoch_) return;
  const bool probe = stats_.state == BreakerState::half_open;
  probing_ = false;
  if (outcome == Outcome::success) {
    failures_ = 0;
    if (probe) close();
  } else if (outcome == Outcome::failure) {
    if (probe) {
      cool_down_ = std::min(cool_down_ * 2, std::max(options_.max_cool_down, options_.cool_down));
      open();
    } else if (++failures_ >= options_.failures) {
      ++stats_.opened;
      open();
    }
  }
}

void CircuitBreaker::open() {
  stats_.state = BreakerState::open;
  ++epoch_;
  probe_at_ = clock_.steady_now() + with_jitter(cool_down_, random_);
}

void CircuitBreaker::close() {
  stats_.state = BreakerState::closed;
  ++stats_.closed;
  ++epoch_;
  failures_ = 0;
  cool_down_ = options_.cool_down;
}

BreakerStats CircuitBreaker::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void CircuitBreaker::register_metrics(telemetry::Metrics& metrics, const std::string& name) const {
  register_breaker_metrics(metrics, name, [this] { return stats(); });
}

void register_breaker_metrics(telemetry::Metrics& metrics, const std::string& name,
                              const std::function<BreakerStats()>& stats) {
  const auto count = [&](const char* metric, const char* help, telemetry::Labels labels,
                         std::uint64_t BreakerStats::*member) {
    labels["breaker"] = name;
    metrics.counter_from(metric, help, labels, [stats, member] { return static_cast<double>(stats().*member); });
  };
  metrics.gauge_from("gatehouse_limits_breaker_state", "0: calls pass, 1: one probes, 2: calls are refused.",
                     {{"breaker", name}}, [stats] { return static_cast<double>(stats().state); });
  constexpr const char* kTransitions = "gatehouse_limits_breaker_transitions_total";
  count(kTransitions, "Changes of a circuit breaker.", {{"to", "open"}}, &BreakerStats::opened);
  count(kTransitions, "Changes of a circuit breaker.", {{"to", "closed"}}, &BreakerStats::closed);
  count("gatehouse_limits_breaker_refused_total", "Calls refused by a circuit breaker.", {}, &BreakerStats::refused);
}

}  // namespace gatehouse::limits
