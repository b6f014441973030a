#include "identity/mail/mail_time.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace gatehouse::identity {

std::string mail_date(base::TimePoint time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

std::string mail_time(base::TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::minutes>(time - day));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), " %02d:%02d UTC", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()));
  return mail_date(time) + text.data();
}

}  // namespace gatehouse::identity
