#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::telemetry {

// W3C Trace Context: which trace a request belongs to.
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};    // made here, never taken from outside
  std::array<std::uint8_t, 8> parent_id{};  // the caller's span; zero: there is none
  bool sampled = false;                     // as the caller says, until a Tracer has decided

  // Takes over a valid `traceparent` header (a new span of the same trace), else starts a trace of its own.
  // Cheap: identifiers come from a fast generator of the thread's, seeded by the system; they grant nothing.
  [[nodiscard]] static TraceContext from_header(std::string_view traceparent);

  [[nodiscard]] bool has_parent() const noexcept { return parent_id != std::array<std::uint8_t, 8>{}; }
  [[nodiscard]] std::string trace_id_hex() const;
  [[nodiscard]] std::string to_header() const;  // `00-…-…-01`
};

// An identifier for a span of the same cheap generator; never zero. Thread-safe.
[[nodiscard]] std::array<std::uint8_t, 8> make_span_id();

}  // namespace gatehouse::telemetry
