#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::config {

// For one line of a terminal or a log: control characters, what reorders text (bidi), and bytes that are not UTF-8
// become `\xNN`; what is longer than 160 bytes is cut.
[[nodiscard]] std::string printable(std::string_view text);

// As a TOML basic string, quotes included. REQUIRES: valid UTF-8, else the bytes stand escaped one by one.
[[nodiscard]] std::string toml_string(std::string_view text);

// True for well-formed UTF-8 without NUL.
[[nodiscard]] bool is_text(std::string_view bytes);

// The one of `known` that `wrong` was most likely meant to be; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view wrong, const std::vector<std::string>& known);

// `a.b_c` → `GATEHOUSE_A_B_C`.
[[nodiscard]] std::string variable_of(std::string_view key);

}  // namespace gatehouse::config
