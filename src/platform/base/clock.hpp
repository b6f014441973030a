#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace gatehouse::base {

// Wall-clock time in milliseconds since the Unix epoch, UTC: what rows, tokens and revocations carry.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
// For measuring and for deadlines inside the process: never jumps.
using SteadyPoint = std::chrono::steady_clock::time_point;

// Injected wherever time decides something. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual SteadyPoint steady_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] SteadyPoint steady_now() const override { return std::chrono::steady_clock::now(); }
};

// For tests: stands still until advanced; both times move together.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(TimePoint start = TimePoint(std::chrono::seconds(1'800'000'000))) : start_(start) {}
  [[nodiscard]] TimePoint now() const override { return start_ + std::chrono::milliseconds(offset_ms_.load()); }
  [[nodiscard]] SteadyPoint steady_now() const override {
    return SteadyPoint(std::chrono::hours(1)) + std::chrono::milliseconds(offset_ms_.load());
  }
  void advance(std::chrono::milliseconds by) { offset_ms_ += by.count(); }

 private:
  TimePoint start_;
  std::atomic<std::int64_t> offset_ms_{0};
};

[[nodiscard]] inline std::int64_t to_unix_ms(TimePoint t) { return t.time_since_epoch().count(); }
[[nodiscard]] inline TimePoint from_unix_ms(std::int64_t ms) { return TimePoint(std::chrono::milliseconds(ms)); }
[[nodiscard]] inline std::int64_t to_unix_seconds(TimePoint t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

}  // namespace gatehouse::base
