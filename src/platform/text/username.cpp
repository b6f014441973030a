#include "platform/text/username.hpp"

#include <unicode/uspoof.h>

#include <cstdint>
#include <optional>

#include "platform/base/unavailable.hpp"
#include "platform/text/unicode.hpp"

namespace gatehouse::text {

namespace {

// No canonical form of at most 32 characters needs more; bounds the work before any is done.
constexpr std::size_t kMaxInputBytes = 512;

// Marks nobody sees: a dot above an i that has one, the same accent twice.
constexpr std::int32_t kHidden = USPOOF_INVISIBLE | USPOOF_HIDDEN_OVERLAY;

void require(UErrorCode status) {
  if (U_FAILURE(status)) throw base::Unavailable("unicode_data");
}

// Opened at the first name, so that a process that prepares none does not pay for the tables. Never closed: names may
// be prepared until the process ends. A USpoofChecker is safe to use from many threads once it is set up.
const USpoofChecker& checker() {
  static const USpoofChecker* const kChecker = [] {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker* opened = uspoof_open(&status);
    uspoof_setChecks(opened, USPOOF_RESTRICTION_LEVEL | USPOOF_MIXED_NUMBERS | kHidden, &status);
    require(status);
    uspoof_setRestrictionLevel(opened, USPOOF_HIGHLY_RESTRICTIVE);
    return opened;
  }();
  return *kChecker;
}

bool is_punctuation(char32_t c) { return c == '.' || c == '_' || c == '-'; }

std::u32string canonical_form(std::u32string_view text) {
  return to_nfc(std::u32string_view(to_lower(map_width(text))));
}

std::optional<UsernameError> check_characters(std::u32string_view text) {
  for (const char32_t c : text) {
    if (!is_letter_digit(c) && !is_punctuation(c)) return UsernameError::forbidden_character;
  }
  if (text.size() < kMinUsernameCharacters) return UsernameError::too_short;
  if (text.size() > kMaxUsernameCharacters) return UsernameError::too_long;
  if (is_punctuation(text.front()) || is_punctuation(text.back())) return UsernameError::punctuation_at_end;
  if (!meets_bidi_rule(text)) return UsernameError::mixed_direction;
  return std::nullopt;
}

std::optional<UsernameError> check_looks(const std::string& canonical) {
  UErrorCode status = U_ZERO_ERROR;
  const auto failed =
      uspoof_check2UTF8(&checker(), canonical.data(), static_cast<std::int32_t>(canonical.size()), nullptr, &status);
  require(status);
  if ((failed & kHidden) != 0) return UsernameError::forbidden_character;
  if (failed != 0) return UsernameError::mixed_scripts;
  return std::nullopt;
}

std::string skeleton_of(const std::string& canonical) {
  std::string out(canonical.size() * 2 + 16, '\0');
  for (;;) {
    UErrorCode status = U_ZERO_ERROR;
    const auto needed =
        uspoof_getSkeletonUTF8(&checker(), 0, canonical.data(), static_cast<std::int32_t>(canonical.size()), out.data(),
                               static_cast<std::int32_t>(out.size()), &status);
    const bool too_small = status == U_BUFFER_OVERFLOW_ERROR;
    if (!too_small) require(status);
    out.resize(static_cast<std::size_t>(needed));
    if (!too_small) return out;
  }
}

}  // namespace

base::Result<Username, UsernameError> prepare_username(std::string_view utf8) {
  if (utf8.size() > kMaxInputBytes) return UsernameError::too_long;
  const auto decoded = decode_utf8(utf8);
  if (!decoded) return UsernameError::not_utf8;
  const std::u32string text = canonical_form(*decoded);
  if (const auto error = check_characters(text)) return *error;
  // RFC 8265 section 3.3.3: what is not stable would be another name the next time.
  if (canonical_form(text) != text) return UsernameError::forbidden_character;
  std::string canonical = encode_utf8(text);
  if (const auto error = check_looks(canonical)) return *error;
  std::string skeleton = skeleton_of(canonical);
  return Username(std::move(canonical), std::move(skeleton));
}

const char* to_string(UsernameError error) {
  switch (error) {
    case UsernameError::not_utf8: return "The name is not valid text (UTF-8).";
    case UsernameError::too_short: return "The name needs at least 3 characters.";
    case UsernameError::too_long: return "The name may have at most 32 characters.";
    case UsernameError::forbidden_character: return "Use letters, digits, and . _ - only.";
    case UsernameError::punctuation_at_end: return "The name must begin and end with a letter or a digit.";
    case UsernameError::mixed_scripts: return "Use letters and digits of one script only.";
    case UsernameError::mixed_direction: break;
  }
  return "Do not mix text that is read from the right with text that is read from the left.";
}

}  // namespace gatehouse::text
