#pragma once

#include <string>
#include <string_view>

namespace gatehouse::web {

// The grounds that web/src/style/theme.css has; an accent must be readable on them.
inline constexpr std::string_view kLightGround = "#ffffff";
inline constexpr std::string_view kDarkGround = "#171a21";
inline constexpr double kReadable = 4.5;  // WCAG 2.2, 1.4.3: text of usual size

// `#rrggbb`, either case.
[[nodiscard]] bool is_colour(std::string_view text);

// WCAG 2.2's contrast ratio, 1 to 21. REQUIRES: both are colours.
[[nodiscard]] double contrast(std::string_view one, std::string_view other);

// Black or white, whichever is easier to read on it. REQUIRES: a colour.
[[nodiscard]] std::string better_on(std::string_view colour);

}  // namespace gatehouse::web
