#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "platform/telemetry/tracer.hpp"

namespace gatehouse::telemetry {

struct OtlpOptions {
  std::string endpoint{};                     // the whole URL: http://collector:4318/v1/traces
  std::string ca_file{};                      // PEM; empty: the system's authorities
  std::chrono::milliseconds deadline{2'000};  // of one message
};

// Posts to an OTLP/HTTP collector. By the OTLP specification 429, 502, 503 and 504 mean "later"; any other answer that
// is not 2xx means "not this".
[[nodiscard]] std::unique_ptr<TraceSender> make_otlp_sender(OtlpOptions options);

}  // namespace gatehouse::telemetry
