#pragma once

#include <atomic>
#include <vector>

#include "platform/http/route.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// Whether the process wants requests: set once everything listens, taken back when it is about to stop.
using Readiness = std::atomic<bool>;

// `/livez` (the loops turn), `/readyz` (send me requests) and `/metrics`: the listener that only operators reach.
// REQUIRES: both outlive the routes.
[[nodiscard]] std::vector<http::Route> admin_routes(const Readiness& ready, const telemetry::Metrics& metrics);

}  // namespace gatehouse::app
