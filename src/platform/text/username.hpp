#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/result.hpp"

namespace gatehouse::text {

constexpr std::size_t kMinUsernameCharacters = 3;
constexpr std::size_t kMaxUsernameCharacters = 32;

enum class UsernameError {
  not_utf8,
  too_short,  // counted in characters (code points) of the canonical form
  too_long,
  forbidden_character,  // anything but letters, digits, marks and `.` `_` `-`: spaces, `@`, invisible, symbols
  punctuation_at_end,   // begins or ends with `.` `_` `-`
  mixed_scripts,        // letters of scripts that are not written together, or digits of two systems
  mixed_direction,      // right-to-left text that breaks the Bidi rule of RFC 5893
};

// What to tell the person: names the remedy.
[[nodiscard]] const char* to_string(UsernameError error);

class Username;
// RFC 8265 UsernameCaseMapped (width, case, NFC, IdentifierClass of RFC 8264, Bidi rule), then our own rules above.
// Preparing a canonical form gives the same again. Thread-safe.
[[nodiscard]] base::Result<Username, UsernameError> prepare_username(std::string_view utf8);

// A name that was prepared; there is no other way to make one.
class Username {
 public:
  // What is stored, compared and shown.
  [[nodiscard]] const std::string& canonical() const noexcept { return canonical_; }
  // The same for all names that look alike (UTS 39 section 4). A second account with the same skeleton is refused,
  // which holds the canonical form unique, too. Not for showing; may change with the Unicode version.
  [[nodiscard]] const std::string& skeleton() const noexcept { return skeleton_; }

 private:
  friend base::Result<Username, UsernameError> prepare_username(std::string_view utf8);
  Username(std::string canonical, std::string skeleton)
      : canonical_(std::move(canonical)), skeleton_(std::move(skeleton)) {}

  std::string canonical_;
  std::string skeleton_;
};

}  // namespace gatehouse::text
