#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "platform/base/clock.hpp"

namespace gatehouse::base {

// The wall clock of a process among others. It starts with what the machine shows and from then on runs by the steady
// clock, so that setting the machine's clock changes nothing; a reference that all processes share puts it right. A
// machine whose clock is a day off therefore issues no token that others take for expired, and accepts none that has.
// Thread-safe; as quick to read as the machine's.
class ReferenceClock final : public Clock {
 public:
  ReferenceClock() : offset_(machine_offset()) {}

  [[nodiscard]] TimePoint now() const override {
    return TimePoint(since_start(steady_now()) + std::chrono::milliseconds(offset_.load(std::memory_order_relaxed)));
  }
  [[nodiscard]] SteadyPoint steady_now() const override { return std::chrono::steady_clock::now(); }

  // The reference showed `shown` at a moment between the two (Cristian 1989). Within that doubt, and a little more,
  // nothing changes: the clock does not dance. True when it was put right.
  bool hear(TimePoint shown, SteadyPoint earliest, SteadyPoint latest);

  // By how much the machine's own clock is ahead.
  [[nodiscard]] std::chrono::milliseconds machine_ahead() const {
    return std::chrono::milliseconds(machine_offset() - offset_.load(std::memory_order_relaxed));
  }

 private:
  static constexpr std::chrono::milliseconds kTolerance{100};

  [[nodiscard]] static std::chrono::milliseconds since_start(SteadyPoint at) {
    return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch());
  }
  [[nodiscard]] static std::int64_t machine_offset() {
    return to_unix_ms(SystemClock().now()) - since_start(std::chrono::steady_clock::now()).count();
  }

  std::atomic<std::int64_t> offset_;  // of the wall clock before the steady one, in ms
};

}  // namespace gatehouse::base
