#pragma once

#include <functional>
#include <vector>

#include "platform/http/route.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// Whether the process wants requests. Thread-safe.
using Readiness = std::function<bool()>;

// `/livez` (the loops turn), `/readyz` (send me requests) and `/metrics`: the listener that only operators reach.
// REQUIRES: `metrics` outlives the routes.
[[nodiscard]] std::vector<http::Route> admin_routes(Readiness ready, const telemetry::Metrics& metrics);

}  // namespace gatehouse::app
