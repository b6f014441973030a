#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::base {

// Bytes are std::string / std::string_view throughout.

// RFC 4648 section 5, without padding.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
// Only the canonical form: no padding, no white space, no `+` or `/`, unused bits zero. Nothing otherwise.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

// RFC 4648 section 6, without padding: what people type, and what an otpauth URI holds.
[[nodiscard]] std::string base32_encode(std::string_view bytes);

// RFC 3986 section 2.1: appends `text` with every byte but the unreserved ones, and those of `kept`, as %XX.
void percent_encode(std::string_view text, std::string& out, std::string_view kept = {});

// Lower case.
[[nodiscard]] std::string hex_encode(std::string_view bytes);

// RFC 3986 section 2.1. Nothing where a `%` is not followed by two hex digits; `+` stays what it is.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

// Big-endian, as they stand in tokens and keys.
[[nodiscard]] std::string encode_u64(unsigned long long value);
[[nodiscard]] unsigned long long decode_u64(std::string_view eight_bytes);

}  // namespace gatehouse::base
