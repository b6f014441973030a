#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::config {

// `250ms`, `10s`, `15m`, `12h`, `30d`: one whole number and one unit, at most 100 years. Nothing otherwise.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// In the largest unit that leaves a whole number.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

// Bytes: `512B`, `16KiB`, `4 MiB`, `1GiB`, at most 1 TiB. `KB` and `MB` are refused: they mean two things.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string format_size(std::uint64_t bytes);

// A decimal number, all of the text; nothing when it is malformed, not finite or out of range.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
[[nodiscard]] std::string format_number(double number);

}  // namespace gatehouse::config
