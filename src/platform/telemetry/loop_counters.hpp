#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace gatehouse::telemetry {

// Counters for the hottest path: each event loop has its own, on cache lines of its own, written by that loop alone, so
// counting takes no lock and no contended atomic. Reading sums the loops; a sum never goes back.
//
// `Which` is an enumeration of 0 … kCount - 1.
//   enum class GateOutcome { allowed, denied, unavailable };
//   LoopCounters<GateOutcome, 3> counters(loops);
//   metrics.counter_from("gatehouse_gate_checks_total", "…", {{"outcome", "allowed"}},
//                        [&] { return double(counters.sum(GateOutcome::allowed)); });
template <class Which, std::size_t kCount>
class LoopCounters {
 public:
  explicit LoopCounters(std::size_t loops) : loops_(loops), cells_(std::make_unique<Cells[]>(loops)) {}

  // REQUIRES: called by the thread of `loop` only, `loop` below the number of loops.
  void increment(std::size_t loop, Which which, std::uint64_t by = 1) noexcept {
    auto& value = cells_[loop].values[static_cast<std::size_t>(which)];
    // One writer: a plain load and store, where fetch_add would lock the bus.
    value.store(value.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  // Thread-safe.
  [[nodiscard]] std::uint64_t sum(Which which) const noexcept {
    std::uint64_t total = 0;
    for (std::size_t loop = 0; loop < loops_; ++loop) {
      total += cells_[loop].values[static_cast<std::size_t>(which)].load(std::memory_order_relaxed);
    }
    return total;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  struct alignas(kCacheLine) Cells {
    std::array<std::atomic<std::uint64_t>, kCount> values{};
  };

  const std::size_t loops_;
  std::unique_ptr<Cells[]> cells_;
};

}  // namespace gatehouse::telemetry
