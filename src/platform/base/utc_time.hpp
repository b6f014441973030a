#pragma once

#include <optional>
#include <string_view>

#include "platform/base/clock.hpp"

namespace gatehouse::base {

// `2026-01-31` (its midnight) or RFC 3339 in UTC with at most milliseconds: `2026-01-31T23:59:59Z`,
// `2026-01-31T23:59:59.999Z`. Nothing for any other text, a day that no month has included. Thread-safe.
[[nodiscard]] std::optional<TimePoint> parse_utc_time(std::string_view text);

}  // namespace gatehouse::base
