#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/result.hpp"

namespace gatehouse::text {

constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321 section 4.5.3.1.3: a path of 256 less its angle brackets

enum class EmailError {
  not_utf8,
  too_long,
  not_one_at,      // no `@`, or several
  bad_local_part,  // empty, over 64 bytes, a hyphen first, a dot at an end or two in a row, or a character that needs
                   // quoting
  bad_domain,      // not a registered-looking name: no dot, an address literal, or refused by IDNA (UTS 46)
};

// What to tell the person: names the remedy.
[[nodiscard]] const char* to_string(EmailError error);

class Email;
// One address, as RFC 5321 and 6531 write it without the forms nobody uses and attackers like: no quoting, comments,
// lists, white space or control characters. Thread-safe.
[[nodiscard]] base::Result<Email, EmailError> prepare_email(std::string_view utf8);

// Personal data: cannot be logged, whoever needs the text writes expose.
class Email {
 public:
  // Where to write to: the local part as given (NFC), the domain in ASCII and lower case.
  [[nodiscard]] const std::string& expose() const noexcept { return address_; }
  // For the blind index: the local part in lower case as well, so that nobody registers twice by letter case.
  [[nodiscard]] const std::string& expose_normalised() const noexcept { return normalised_; }

 private:
  friend base::Result<Email, EmailError> prepare_email(std::string_view utf8);
  Email(std::string address, std::string normalised)
      : address_(std::move(address)), normalised_(std::move(normalised)) {}

  std::string address_;
  std::string normalised_;
};

}  // namespace gatehouse::text
