#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/telemetry/metrics.hpp"

namespace gatehouse::identity {

inline constexpr std::chrono::minutes kActivitySlot{15};

// What was done in a stretch of time. Sums of the same kind add up.
struct Activity {
  static constexpr std::size_t kLatencyBuckets = 15;

  std::uint64_t signed_in = 0;
  // Refused after the password, the second factor or the passkey was looked at: the events sign_in.failed. Who is
  // slowed down before that is not.
  std::uint64_t failed = 0;
  std::uint64_t blocked = 0;  // addresses that were blocked
  // Answers of the HTTP interface by the time they took: up to each bound of telemetry::LatencyHistogram, and beyond.
  std::array<std::uint64_t, kLatencyBuckets> latency{};

  Activity& operator+=(const Activity& other);
  // What came since `before`, of counters that only grow.
  [[nodiscard]] Activity since(const Activity& before) const;
  // The time that this part of the answers (0 … 1) took at most, within its bucket by proportion; 0 without answers.
  [[nodiscard]] std::chrono::microseconds percentile(double part) const;
  friend bool operator==(const Activity&, const Activity&) = default;
};

// What the metrics of this process hold now.
[[nodiscard]] Activity read_activity(const telemetry::Metrics& metrics);

// Numbers separated by spaces, as the column holds them. What is no such text reads as nothing.
[[nodiscard]] std::string latency_column(const Activity& activity);
void read_latency_column(std::string_view column, Activity& activity);

}  // namespace gatehouse::identity
