#include "platform/telemetry/otlp_json.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <vector>

#include "platform/base/encoding.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr std::size_t kMaxText = 256;
constexpr unsigned kStatusError = 2;  // STATUS_CODE_ERROR

using SpanId = std::array<std::uint8_t, 8>;

template <std::size_t kSize>
std::string hex(const std::array<std::uint8_t, kSize>& bytes) {
  return base::hex_encode({reinterpret_cast<const char*>(bytes.data()), kSize});
}

void append_text_attribute(std::string& out, std::string_view key, std::string_view value) {
  fmt::format_to(std::back_inserter(out), R"({{"key":"{}","value":{{"stringValue":)", key);
  append_json_string(out, value, kMaxText);
  out += "}}";
}

void append_number_attribute(std::string& out, std::string_view key, std::uint64_t value) {
  fmt::format_to(std::back_inserter(out), R"({{"key":"{}","value":{{"intValue":"{}"}}}})", key, value);
}

// What only the request's own span has.
void append_request_attributes(std::string& out, const FinishedTrace& trace) {
  out += R"(,"attributes":[)";
  append_text_attribute(out, "http.request.method", trace.method);
  out += ',';
  append_text_attribute(out, "http.route", trace.route);
  out += ',';
  append_number_attribute(out, "http.response.status_code", trace.status);
  if (trace.content.not_kept > 0) {
    out += ',';
    append_number_attribute(out, "gatehouse.spans_not_kept", trace.content.not_kept);
  }
  out += ']';
  if (trace.status >= 500) fmt::format_to(std::back_inserter(out), R"(,"status":{{"code":{}}})", kStatusError);
}

class TraceWriter {
 public:
  TraceWriter(const FinishedTrace& trace, std::string& out) : trace_(trace), out_(out) {
    ids_.push_back(trace.content.context.span_id);
    for (std::size_t i = 1; i < trace.content.spans.size(); ++i) ids_.push_back(make_span_id());
  }

  void write() {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (i > 0) out_ += ',';
      write_span(i);
    }
  }

 private:
  void write_span(std::size_t i) {
    const auto& context = trace_.content.context;
    const auto& span = trace_.content.spans[i];
    const bool is_request = i == 0;
    fmt::format_to(std::back_inserter(out_), R"({{"traceId":"{}","spanId":"{}")", hex(context.trace_id), hex(ids_[i]));
    if (!is_request || context.has_parent()) {
      const SpanId& parent = is_request ? context.parent_id : ids_[span.parent];
      fmt::format_to(std::back_inserter(out_), R"(,"parentSpanId":"{}")", hex(parent));
    }
    out_ += R"(,"name":)";
    append_json_string(out_, is_request ? fmt::format("{} {}", trace_.method, trace_.route) : span.name, kMaxText);
    fmt::format_to(std::back_inserter(out_), R"(,"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}")",
                   static_cast<unsigned>(span.kind), unix_ns(span.began), unix_ns(span.ended));
    if (is_request) append_request_attributes(out_, trace_);
    out_ += '}';
  }

  [[nodiscard]] std::int64_t unix_ns(base::SteadyPoint moment) const {
    const auto later = std::chrono::duration_cast<std::chrono::nanoseconds>(moment - trace_.content.began);
    return trace_.content.began_unix_ns + later.count();
  }

  const FinishedTrace& trace_;
  std::string& out_;
  std::vector<SpanId> ids_;
};

}  // namespace

std::string otlp_json(std::span<const FinishedTrace> traces, std::string_view instance, std::string_view version) {
  std::string out = R"({"resourceSpans":[{"resource":{"attributes":[)";
  append_text_attribute(out, "service.name", "gatehouse");
  out += ',';
  append_text_attribute(out, "service.version", version);
  out += ',';
  append_text_attribute(out, "service.instance.id", instance);
  out += R"(]},"scopeSpans":[{"scope":{"name":"gatehouse"},"spans":[)";
  bool first = true;
  for (const auto& trace : traces) {
    if (trace.content.spans.empty()) continue;
    if (!first) out += ',';
    first = false;
    TraceWriter(trace, out).write();
  }
  out += "]}]}]}";
  return out;
}

}  // namespace gatehouse::telemetry
