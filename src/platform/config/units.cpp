#include "platform/config/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>
#include <utility>

namespace gatehouse::config {
namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

// Largest first, for printing.
constexpr std::array<Unit, 5> kDurations{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000},
                                         Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array<Unit, 4> kSizes{Unit{"GiB", 1ULL << 30}, Unit{"MiB", 1ULL << 20}, Unit{"KiB", 1ULL << 10},
                                     Unit{"B", 1}};
constexpr std::uint64_t kLongest = 100ULL * 365 * 86'400'000;
constexpr std::uint64_t kLargest = 1ULL << 40;

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <std::size_t N>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const std::array<Unit, N>& units,
                                             std::uint64_t most, bool space_allowed) {
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto number = parse_whole<std::uint64_t>(text.substr(0, digits));
  auto name = text.substr(digits);
  if (space_allowed && name.starts_with(' ')) name.remove_prefix(1);
  for (const auto& [unit, factor] : units) {
    if (unit != name) continue;
    if (!number || *number > most / factor) return std::nullopt;
    return *number * factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string format_with_unit(std::uint64_t value, const std::array<Unit, N>& units, std::string_view unit_of_zero) {
  if (value == 0) return "0" + std::string(unit_of_zero);
  std::size_t i = 0;
  while (value % units[i].second != 0) ++i;  // ends at the last unit, which is 1
  return std::to_string(value / units[i].second) + std::string(units[i].first);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto value = parse_with_unit(text, kDurations, kLongest, false);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::string format_duration(std::chrono::milliseconds duration) {
  return format_with_unit(static_cast<std::uint64_t>(duration.count()), kDurations, "s");
}

std::optional<std::uint64_t> parse_size(std::string_view text) { return parse_with_unit(text, kSizes, kLargest, true); }

std::string format_size(std::uint64_t bytes) { return format_with_unit(bytes, kSizes, "B"); }

std::optional<std::int64_t> parse_integer(std::string_view text) { return parse_whole<std::int64_t>(text); }

std::optional<double> parse_number(std::string_view text) {
  const auto value = parse_whole<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::string format_number(double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), end};
}

}  // namespace gatehouse::config
