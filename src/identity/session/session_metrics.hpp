#pragma once

#include <cstddef>
#include <vector>

#include "identity/session/session.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::identity {

// The figures of this folder. Thread-safe.
class SessionMetrics {
 public:
  explicit SessionMetrics(telemetry::Metrics& metrics);

  enum class Refresh { rotated, repeated, invalid, expired, ended, reuse_detected, account_disabled };

  void started() noexcept { started_.increment(); }
  void refreshed(Refresh outcome) noexcept { refreshed_[static_cast<std::size_t>(outcome)].increment(); }
  void ended(EndReason reason, std::size_t count) noexcept {
    ended_[static_cast<std::size_t>(reason)].increment(count);
  }

 private:
  telemetry::Counter started_;
  std::vector<telemetry::Counter> refreshed_;  // by outcome
  std::vector<telemetry::Counter> ended_;      // by reason
};

}  // namespace gatehouse::identity
