#include "platform/base/utc_time.hpp"

#include <algorithm>

namespace gatehouse::base {
namespace {

// `0` stands for a digit, everything else for itself.
bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char c, char f) { return f == '0' ? c >= '0' && c <= '9' : c == f; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::optional<TimePoint> parse_utc_time(std::string_view text) {
  const bool day_only = has_form(text, "0000-00-00");
  const bool with_ms = has_form(text, "0000-00-00T00:00:00.000Z");
  if (!day_only && !with_ms && !has_form(text, "0000-00-00T00:00:00Z")) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(number(text.substr(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(number(text.substr(5, 2)))),
                                         std::chrono::day(static_cast<unsigned>(number(text.substr(8, 2)))));
  if (!date.ok()) return std::nullopt;
  TimePoint time = std::chrono::sys_days(date);
  if (day_only) return time;
  const int hour = number(text.substr(11, 2)), minute = number(text.substr(14, 2)), second = number(text.substr(17, 2));
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  time += std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  if (with_ms) time += std::chrono::milliseconds(number(text.substr(20, 3)));
  return time;
}

}  // namespace gatehouse::base
