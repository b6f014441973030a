#include "identity/session/session_metrics.hpp"

#include <string>

namespace gatehouse::identity {

SessionMetrics::SessionMetrics(telemetry::Metrics& metrics)
    : started_(metrics.counter("gatehouse_identity_sessions_started_total", "Sessions started by a sign-in")) {
  for (const char* outcome :
       {"rotated", "repeated", "invalid", "expired", "ended", "reuse_detected", "account_disabled"}) {
    refreshed_.push_back(
        metrics.counter("gatehouse_identity_refreshes_total", "Refreshes by outcome", {{"outcome", outcome}}));
  }
  for (std::size_t reason = 0; reason < kEndReasons; ++reason) {
    ended_.push_back(metrics.counter("gatehouse_identity_sessions_ended_total", "Sessions ended before their expiry",
                                     {{"reason", std::string(to_string(static_cast<EndReason>(reason)))}}));
  }
}

}  // namespace gatehouse::identity
