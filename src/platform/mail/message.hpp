#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::mail {

inline constexpr std::size_t kMaxSubjectBytes = 500;
inline constexpr std::size_t kMaxBodyBytes = 256 * 1024;

struct Mailbox {
  std::string address;  // one address, without angle brackets
  std::string name{};   // UTF-8; may be empty
};

// One letter to one person. Personal data: not for the log.
struct Message {
  std::string
      id;  // the left side of its Message-ID: the same for each attempt, so that a repeated letter is shown once
  Mailbox from;
  Mailbox to;
  std::string subject;  // UTF-8, one line
  std::string text;     // UTF-8
  std::string html{};   // the same as HTML; empty: text alone
  std::string tag{};    // whose it is, [a-z0-9-]: part of the file name where letters go to a folder
};

enum class MessageError {
  line_break,   // CR, LF or NUL in an address, a name, the subject or the id (header injection)
  bad_address,  // not exactly one `@`, or characters that would end an address: space, `<`, `>`, `,`, `;`, `"` …
  not_utf8,
  too_long,
};
[[nodiscard]] const char* to_string(MessageError error);

// One address as it may stand in a header and an SMTP command: what text::prepare_email makes always may.
[[nodiscard]] bool is_plain_address(std::string_view address);

// The whole message with CRLF line ends: headers (From, To, Subject, Date, Message-ID, Auto-Submitted: RFC 3834, so
// that no out-of-office answers it) and the text, or a multipart/alternative of text and HTML. Names and subject become
// encoded words where they are not ASCII (RFC 2047); parts that are not short ASCII lines become quoted-printable.
[[nodiscard]] base::Result<std::string, MessageError> build_message(const Message& message, base::TimePoint now,
                                                                    base::Random& random);

}  // namespace gatehouse::mail
