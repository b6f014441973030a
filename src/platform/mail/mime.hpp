#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace gatehouse::mail {

// The pieces that messages are built of. REQUIRES of all: valid UTF-8 without NUL.

// As a header's text: ASCII as it is, anything else (and what looks like an encoded word) as encoded words of at most
// 75 characters each, cut between characters (RFC 2047 section 5).
[[nodiscard]] std::string encode_words(std::string_view utf8);

// As a mailbox's display name (RFC 5322 `phrase`): an atom sequence, a quoted string, or encoded words.
[[nodiscard]] std::string encode_phrase(std::string_view utf8);

// Lines of at most 76 characters (RFC 2045 section 6.7), CRLF between them, whatever ended them before.
[[nodiscard]] std::string quoted_printable(std::string_view utf8);

// True: ASCII in lines of at most 78 characters without a bare CR; needs no encoding but CRLF.
[[nodiscard]] bool is_short_ascii(std::string_view text);
[[nodiscard]] std::string with_crlf(std::string_view text);

// `Sun, 22 Nov 2026 09:30:00 +0000` (RFC 5322 section 3.3).
[[nodiscard]] std::string rfc5322_date(base::TimePoint time);

}  // namespace gatehouse::mail
