#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "platform/telemetry/metrics.hpp"

namespace gatehouse::telemetry {

// A histogram of times for the hottest path: as LoopCounters, each event loop has its own cells, written by that loop
// alone, without a lock. Where looking at the clock would itself be felt, is_due() says which ones to time.
//
//   LoopHistogram<3> times(loops, {1us, 10us, 100us});
//   metrics.histogram_from("gatehouse_gate_check_seconds", "…", {}, [&] { return times.read(); });
template <std::size_t kBounds>
class LoopHistogram {
 public:
  using Bounds = std::array<std::chrono::nanoseconds, kBounds>;  // ascending; longer times go into the last bucket
  static constexpr std::uint32_t kEvery = 64;

  LoopHistogram(std::size_t loops, const Bounds& bounds)
      : loops_(loops), bounds_(bounds), cells_(std::make_unique<Cells[]>(loops)) {}

  // True for one call in kEvery. REQUIRES: called by the thread of `loop` only, `loop` below the number of loops.
  [[nodiscard]] bool is_due(std::size_t loop) noexcept { return cells_[loop].calls++ % kEvery == 0; }

  // REQUIRES: as is_due.
  void observe(std::size_t loop, std::chrono::nanoseconds took) noexcept {
    std::size_t bucket = 0;
    while (bucket < kBounds && took > bounds_[bucket]) ++bucket;
    add(cells_[loop].counts[bucket], 1);
    add(cells_[loop].sum_ns, static_cast<std::uint64_t>(took.count()));
  }

  // Thread-safe; no count ever goes back.
  [[nodiscard]] HistogramReading read() const {
    HistogramReading reading;
    std::uint64_t sum_ns = 0;
    for (std::size_t loop = 0; loop < loops_; ++loop) sum_ns += cells_[loop].sum_ns.load(std::memory_order_relaxed);
    for (std::size_t bucket = 0; bucket <= kBounds; ++bucket) {
      for (std::size_t loop = 0; loop < loops_; ++loop) {
        reading.count += cells_[loop].counts[bucket].load(std::memory_order_relaxed);
      }
      if (bucket == kBounds) break;
      reading.buckets.push_back({std::chrono::duration<double>(bounds_[bucket]).count(), reading.count});
    }
    reading.sum = static_cast<double>(sum_ns) * 1e-9;
    return reading;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  struct alignas(kCacheLine) Cells {
    std::array<std::atomic<std::uint64_t>, kBounds + 1> counts{};
    std::atomic<std::uint64_t> sum_ns{0};
    std::uint32_t calls = 0;  // the loop's own
  };

  // One writer: a plain load and store, where fetch_add would lock the bus.
  static void add(std::atomic<std::uint64_t>& value, std::uint64_t by) noexcept {
    value.store(value.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  const std::size_t loops_;
  const Bounds bounds_;
  std::unique_ptr<Cells[]> cells_;
};

}  // namespace gatehouse::telemetry
