#include "platform/audit/event_line.hpp"

#include <algorithm>
#include <limits>

#include "platform/base/json.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::audit {
namespace {

constexpr std::size_t kUncut = std::numeric_limits<std::size_t>::max();
constexpr std::int64_t kYear10000 = 253'402'300'800'000;  // what RFC 3339 can't say stands as it is stored

void append_time(std::string& line, base::TimePoint time) {
  const auto ms = base::to_unix_ms(time);
  if (ms < 0 || ms >= kYear10000) {
    line += std::to_string(ms);
  } else {
    line += '"' + telemetry::to_rfc3339(time) + '"';
  }
}

void append_id(std::string& line, const std::optional<base::Uuid>& id) {
  line += id ? '"' + id->to_string() + '"' : "null";
}

// Log::record wrote an object on one line. What is something else was put there around it.
void append_fields(std::string& line, const std::string& fields) {
  const bool one_line = std::ranges::none_of(fields, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  const auto value = base::parse_json(fields);
  if (one_line && value && value->is_object()) {
    line += fields;
  } else {
    telemetry::append_json_string(line, fields, kUncut);
  }
}

}  // namespace

std::string event_line(const RecordedEvent& event) {
  std::string line = R"({"seq":)" + std::to_string(event.seq) + R"(,"at":)";
  line.reserve(256);
  append_time(line, event.at);
  line += R"(,"type":)";
  telemetry::append_json_string(line, event.type, kUncut);
  line += R"(,"actor":)";
  append_id(line, event.actor);
  line += R"(,"subject":)";
  append_id(line, event.subject);
  line += R"(,"fields":)";
  append_fields(line, event.fields);
  return line += '}';
}

}  // namespace gatehouse::audit
