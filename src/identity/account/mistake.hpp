#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

// What is wrong with a field that a person fills in, so that a page can say it in its own language. One row each in
// docs/api/errors.md.
enum class Mistake : std::uint8_t {
  invalid,  // anything else: the message alone says what would be right
  missing,
  not_text,
  too_short,       // limit: characters
  too_long,        // limit: characters
  too_many_bytes,  // limit: bytes
  too_many,        // limit: how many there may be
  forbidden_character,
  punctuation_at_end,
  mixed_scripts,
  mixed_direction,
  not_one_at,
  bad_local_part,
  bad_domain,
  contains_nul,
  breached,
  guessable,
  contains_name,
  unfit_name,  // limit: characters
  unchanged,
  not_shown_now,
  no_passkey,
  no_factor,
};

struct MistakeRow {
  Mistake mistake;
  const char* code;  // what the API says; stays as it is
  const char* meaning;
};
// In the order of the enumeration.
[[nodiscard]] std::span<const MistakeRow> mistake_table();
[[nodiscard]] std::string_view code_of(Mistake mistake);

struct FieldProblem {
  std::string field;
  std::string message;  // what would be right; never the value
  Mistake mistake = Mistake::invalid;
  std::size_t limit = 0;  // where the mistake has one
};

// Of the fields `username` and `email`.
[[nodiscard]] FieldProblem username_problem(text::UsernameError error);
[[nodiscard]] FieldProblem email_problem(text::EmailError error);
// Of the field `language`. Nothing: it is one, or empty, which leaves it to the installation.
[[nodiscard]] std::optional<FieldProblem> language_problem(std::string_view text);

}  // namespace gatehouse::identity
