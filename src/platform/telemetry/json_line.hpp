#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::telemetry {

// Appends `text` as a JSON string on one line: whatever could end the line, colour a terminal or reorder what is read
// (controls, U+2028/2029, bidirectional controls) becomes an escape; each byte that is not UTF-8 becomes U+FFFD. Text
// beyond `max_bytes` is cut between characters and marked with an ellipsis.
void append_json_string(std::string& out, std::string_view text, std::size_t max_bytes);

// RFC 3339 in UTC with milliseconds: `2026-01-31T23:59:59.999Z`.
[[nodiscard]] std::string to_rfc3339(base::TimePoint time);

// The whole line, without its line feed.
[[nodiscard]] std::string json_line(base::TimePoint time, Level level, std::string_view event, Fields fields,
                                    const TraceContext* trace, std::size_t max_field_bytes);

}  // namespace gatehouse::telemetry
