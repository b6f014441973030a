#include "identity/account/mistake.hpp"

#include <array>

#include "platform/text/language.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::array kTable{
    MistakeRow{Mistake::invalid, "invalid", "Something else: see the message."},
    MistakeRow{Mistake::missing, "missing", "It is needed and not there."},
    MistakeRow{Mistake::not_text, "not_text", "It is not valid Unicode text."},
    MistakeRow{Mistake::too_short, "too_short", "It needs at least `limit` characters."},
    MistakeRow{Mistake::too_long, "too_long", "It may have at most `limit` characters."},
    MistakeRow{Mistake::too_many_bytes, "too_many_bytes", "It may have at most `limit` bytes."},
    MistakeRow{Mistake::too_many, "too_many", "There may be at most `limit`."},
    MistakeRow{Mistake::forbidden_character, "forbidden_character",
               "A username holds something other than letters, digits and `.` `_` `-`."},
    MistakeRow{Mistake::punctuation_at_end, "punctuation_at_end", "A username begins or ends with `.` `_` or `-`."},
    MistakeRow{Mistake::mixed_scripts, "mixed_scripts",
               "A username holds letters or digits of scripts that are not written together."},
    MistakeRow{Mistake::mixed_direction, "mixed_direction", "A username mixes directions of writing."},
    MistakeRow{Mistake::not_one_at, "not_one_at", "An address has no @, or several."},
    MistakeRow{Mistake::bad_local_part, "bad_local_part", "What stands before the @ can't be part of an address."},
    MistakeRow{Mistake::bad_domain, "bad_domain", "What stands after the @ is no domain name."},
    MistakeRow{Mistake::contains_nul, "contains_nul", "A password holds the character U+0000."},
    MistakeRow{Mistake::breached, "breached", "A password is known from data breaches."},
    MistakeRow{Mistake::guessable, "guessable", "A password is too easy to guess."},
    MistakeRow{Mistake::contains_name, "contains_name",
               "A password is little more than the username, the address or the service's name."},
    MistakeRow{Mistake::unfit_name, "unfit_name",
               "A name for show has over `limit` characters, none where one is needed, or control characters."},
    MistakeRow{Mistake::unchanged, "unchanged", "It is what it was."},
    MistakeRow{Mistake::not_shown_now, "not_shown_now", "A code is not the one that the app shows now."},
    MistakeRow{Mistake::no_passkey, "no_passkey", "The account has no passkey, and needs one for this."},
    MistakeRow{Mistake::no_factor, "no_factor", "The account has no second factor, and needs one for this."},
};

Mistake mistake_of(text::UsernameError error) {
  switch (error) {
    case text::UsernameError::not_utf8: return Mistake::not_text;
    case text::UsernameError::too_short: return Mistake::too_short;
    case text::UsernameError::too_long: return Mistake::too_long;
    case text::UsernameError::forbidden_character: return Mistake::forbidden_character;
    case text::UsernameError::punctuation_at_end: return Mistake::punctuation_at_end;
    case text::UsernameError::mixed_scripts: return Mistake::mixed_scripts;
    case text::UsernameError::mixed_direction: return Mistake::mixed_direction;
  }
  return Mistake::invalid;
}

Mistake mistake_of(text::EmailError error) {
  switch (error) {
    case text::EmailError::not_utf8: return Mistake::not_text;
    case text::EmailError::too_long: return Mistake::too_many_bytes;
    case text::EmailError::not_one_at: return Mistake::not_one_at;
    case text::EmailError::bad_local_part: return Mistake::bad_local_part;
    case text::EmailError::bad_domain: return Mistake::bad_domain;
  }
  return Mistake::invalid;
}

}  // namespace

std::span<const MistakeRow> mistake_table() { return kTable; }

std::string_view code_of(Mistake mistake) { return kTable[static_cast<std::size_t>(mistake)].code; }

FieldProblem username_problem(text::UsernameError error) {
  FieldProblem problem{"username", text::to_string(error), mistake_of(error)};
  if (problem.mistake == Mistake::too_short) problem.limit = text::kMinUsernameCharacters;
  if (problem.mistake == Mistake::too_long) problem.limit = text::kMaxUsernameCharacters;
  return problem;
}

FieldProblem email_problem(text::EmailError error) {
  FieldProblem problem{"email", text::to_string(error), mistake_of(error)};
  if (problem.mistake == Mistake::too_many_bytes) problem.limit = text::kMaxEmailBytes;
  return problem;
}

std::optional<FieldProblem> language_problem(std::string_view text) {
  if (text.empty() || text::is_language(text)) return std::nullopt;
  return FieldProblem{"language", "must be the name of a language, such as en or de"};
}

}  // namespace gatehouse::identity
