#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::text {

// What usernames and e-mail addresses share. Code points are char32_t, texts of them std::u32string. Thread-safe.

// Nothing when the bytes are not well-formed UTF-8.
[[nodiscard]] std::optional<std::u32string> decode_utf8(std::string_view utf8);
// REQUIRES: Unicode scalar values only.
[[nodiscard]] std::string encode_utf8(std::u32string_view text);

// Locale-independent; final sigma as Unicode says.
[[nodiscard]] std::u32string to_lower(std::u32string_view text);
[[nodiscard]] std::u32string to_nfc(std::u32string_view text);
// Full-width and half-width forms become the ordinary ones (RFC 8265 section 3.3.2, width mapping).
[[nodiscard]] std::u32string map_width(std::u32string_view text);

// LetterDigits of RFC 8264 section 9.1, less what its sections 9.6 to 9.13 take out again (exceptions, old Hangul,
// invisible code points, those with a compatibility form) and less contextual ones that are not digits.
[[nodiscard]] bool is_letter_digit(char32_t c);

// The Bidi rule of RFC 5893 section 2, which text without right-to-left characters always meets.
[[nodiscard]] bool meets_bidi_rule(std::u32string_view text);

}  // namespace gatehouse::text
