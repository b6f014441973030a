#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::text {

// Unicode Normalisation Form C, so that a letter typed as one code point or as letter and accent is the same text.
// Nothing when the bytes are not well-formed UTF-8 (over-long forms, lone surrogates). NUL passes: callers refuse it.
// Thread-safe. Time is linear in the input: bound its length first.
[[nodiscard]] std::optional<std::string> to_nfc(std::string_view utf8);

}  // namespace gatehouse::text
