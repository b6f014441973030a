#pragma once

#include <span>
#include <string>
#include <string_view>

#include "platform/telemetry/tracer.hpp"

namespace gatehouse::telemetry {

// An ExportTraceServiceRequest in the JSON encoding of OTLP 1.x (identifiers in hex, 64-bit numbers as text). Spans
// below a request's own get their identifiers here. `instance` tells processes apart.
[[nodiscard]] std::string otlp_json(std::span<const FinishedTrace> traces, std::string_view instance,
                                    std::string_view version);

}  // namespace gatehouse::telemetry
