#pragma once

#include <string>

#include "platform/base/clock.hpp"

namespace gatehouse::identity {

// As letters write it, the same in each language: `2026-11-22 09:30 UTC`, `2026-11-22`.
[[nodiscard]] std::string mail_time(base::TimePoint time);
[[nodiscard]] std::string mail_date(base::TimePoint time);

}  // namespace gatehouse::identity
