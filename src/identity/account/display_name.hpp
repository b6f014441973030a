#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::identity {

inline constexpr std::size_t kMaxDisplayNameCharacters = 64;

// NFC. Nothing when it is not valid text, too long, or holds what could disturb the page or the log it is shown in:
// control characters, line and paragraph separators, and the marks that turn the direction of text around it.
[[nodiscard]] std::optional<std::string> prepare_display_name(std::string_view utf8);

}  // namespace gatehouse::identity
