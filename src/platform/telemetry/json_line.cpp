#include "platform/telemetry/json_line.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>

namespace gatehouse::telemetry {

namespace {

struct Character {
  char32_t code = 0xFFFD;
  std::size_t size = 1;
  bool valid = false;
};

// One character of UTF-8 (Unicode table 3-7: no over-long forms, no surrogates, nothing above U+10FFFF).
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const bool over_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (over_long || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return {};
  return {code, size, true};
}

bool must_be_escaped(char32_t c) {
  if (c < 0x20 || c == '"' || c == '\\' || (c >= 0x7F && c < 0xA0)) return true;
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x061C ||
         c == 0xFEFF;
}

void append_character(std::string& out, const Character& c, std::string_view bytes) {
  if (!c.valid) {
    out += "\\ufffd";
  } else if (c.code == '"' || c.code == '\\') {
    out += '\\';
    out += static_cast<char>(c.code);
  } else if (must_be_escaped(c.code)) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(c.code));
  } else {
    out += bytes;
  }
}

void append_value(std::string& out, const FieldValue::Value& value, std::size_t max_bytes) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    append_json_string(out, *text, max_bytes);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *whole);
  } else {
    const double number = std::get<double>(value);
    // JSON has no infinity and no NaN.
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(out), "{}", number);
    } else {
      out += "null";
    }
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text, std::size_t max_bytes) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const Character c = first_character(text.substr(at));
    if (at + c.size > max_bytes) {
      out += "…";
      break;
    }
    append_character(out, c, text.substr(at, c.size));
    at += c.size;
  }
  out += '"';
}

std::string to_rfc3339(base::TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string json_line(base::TimePoint time, Level level, std::string_view event, Fields fields,
                      const TraceContext* trace, std::size_t max_field_bytes) {
  std::string line;
  line.reserve(256);
  line += R"({"ts":")";
  line += to_rfc3339(time);
  line += R"(","level":")";
  line += to_string(level);
  line += R"(","event":)";
  append_json_string(line, event, max_field_bytes);
  if (trace != nullptr) {
    line += R"(,"trace_id":")";
    line += trace->trace_id_hex();
    line += '"';
  }
  for (const auto& field : fields) {
    line += ',';
    append_json_string(line, field.name, max_field_bytes);
    line += ':';
    append_value(line, field.value.value(), max_field_bytes);
  }
  line += '}';
  return line;
}

}  // namespace gatehouse::telemetry
