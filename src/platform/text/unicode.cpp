#include "platform/text/unicode.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <vector>

#include "platform/base/unavailable.hpp"
#include "platform/text/normalise.hpp"

namespace gatehouse::text {

namespace {

// ICU's data is part of the library: a failure that is not about the text is a lack of memory.
void require(UErrorCode status) {
  if (U_FAILURE(status)) throw base::Unavailable("unicode_data");
}

const UNormalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* instance = unorm2_getNFCInstance(&status);  // loaded once, by ICU
  require(status);
  return *instance;
}

const UNormalizer2& nfkc() {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* instance = unorm2_getNFKCInstance(&status);
  require(status);
  return *instance;
}

std::u16string to_utf16(std::u32string_view text) {
  std::u16string out;
  out.reserve(text.size());
  for (const char32_t c : text) {
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xD7C0 + (c >> 10U));
      out += static_cast<char16_t>(0xDC00 + (c & 0x3FFU));
    } else {
      out += static_cast<char16_t>(c);
    }
  }
  return out;
}

std::u32string from_utf16(std::u16string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t unit = text[i];
    if (U16_IS_LEAD(unit) && i + 1 < text.size()) {
      out += static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10U) + (text[++i] - 0xDC00U));
    } else {
      out += unit;
    }
  }
  return out;
}

// Runs an ICU function that writes at most `capacity` units and says how many it needs.
template <class Fill>
std::u16string filled(std::size_t expected, Fill fill) {
  std::u16string out(expected, u'\0');
  for (;;) {
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t needed = fill(out.data(), static_cast<std::int32_t>(out.size()), &status);
    const bool too_small = status == U_BUFFER_OVERFLOW_ERROR;
    if (!too_small) require(status);
    out.resize(static_cast<std::size_t>(needed));
    if (!too_small) return out;
  }
}

std::u16string nfc_of(const std::u16string& text) {
  return filled(text.size() + 16, [&](char16_t* out, std::int32_t capacity, UErrorCode* status) {
    return unorm2_normalize(&nfc(), text.data(), static_cast<std::int32_t>(text.size()), out, capacity, status);
  });
}

UChar32 code(char32_t c) { return static_cast<UChar32>(c); }

// Section 9.8 (HasCompat): a text that has another, more ordinary form.
bool has_compatibility_form(char32_t c) {
  const std::u16string text = to_utf16({&c, 1});
  UErrorCode status = U_ZERO_ERROR;
  const bool normal = unorm2_isNormalized(&nfkc(), text.data(), static_cast<std::int32_t>(text.size()), &status) != 0;
  require(status);
  return !normal;
}

// Section 9.6 (Exceptions): what is disallowed there, and the contextual punctuation, which we refuse as punctuation.
bool is_excepted(char32_t c) {
  static constexpr char32_t kRefused[] = {0x00B7, 0x0375, 0x05F3, 0x05F4, 0x0640, 0x07FA, 0x302E, 0x302F,
                                          0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B, 0x30FB};
  return std::find(std::begin(kRefused), std::end(kRefused), c) != std::end(kRefused);
}

bool is_old_hangul(char32_t c) {
  const auto type = u_getIntPropertyValue(code(c), UCHAR_HANGUL_SYLLABLE_TYPE);
  return type == U_HST_LEADING_JAMO || type == U_HST_VOWEL_JAMO || type == U_HST_TRAILING_JAMO;
}

constexpr std::uint32_t kLetterDigitMask =
    U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK | U_GC_ND_MASK | U_GC_LM_MASK | U_GC_MN_MASK | U_GC_MC_MASK;

bool is_right_to_left(UCharDirection d) { return d == U_RIGHT_TO_LEFT || d == U_RIGHT_TO_LEFT_ARABIC; }

}  // namespace

std::optional<std::u32string> decode_utf8(std::string_view utf8) {
  if (utf8.size() > INT32_MAX / 4) return std::nullopt;
  std::u32string out;
  out.reserve(utf8.size());
  const auto size = static_cast<std::int32_t>(utf8.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(utf8.data(), i, size, c);  // refuses over-long forms, surrogates and whatever is above U+10FFFF
    if (c < 0) return std::nullopt;
    out += static_cast<char32_t>(c);
  }
  return out;
}

std::string encode_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char32_t c : text) {
    char bytes[U8_MAX_LENGTH];
    std::int32_t size = 0;
    UBool error = 0;
    U8_APPEND(bytes, size, U8_MAX_LENGTH, code(c), error);
    if (error) std::abort();
    out.append(bytes, static_cast<std::size_t>(size));
  }
  return out;
}

std::u32string to_lower(std::u32string_view text) {
  const std::u16string source = to_utf16(text);
  return from_utf16(filled(source.size() + 16, [&](char16_t* out, std::int32_t capacity, UErrorCode* status) {
    return u_strToLower(out, capacity, source.data(), static_cast<std::int32_t>(source.size()), "", status);
  }));
}

std::u32string to_nfc(std::u32string_view text) { return from_utf16(nfc_of(to_utf16(text))); }

std::u32string map_width(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    const auto type = u_getIntPropertyValue(code(c), UCHAR_DECOMPOSITION_TYPE);
    if (type != U_DT_WIDE && type != U_DT_NARROW) {
      out += c;
      continue;
    }
    char16_t decomposed[8];
    UErrorCode status = U_ZERO_ERROR;
    const auto size = unorm2_getRawDecomposition(&nfkc(), code(c), decomposed, 8, &status);
    require(status);
    out += from_utf16({decomposed, static_cast<std::size_t>(std::max(0, size))});
  }
  return out;
}

bool is_letter_digit(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if ((U_MASK(u_charType(code(c))) & kLetterDigitMask) == 0 && c != 0x3007) return false;
  if (u_hasBinaryProperty(code(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
  return !is_excepted(c) && !is_old_hangul(c) && !has_compatibility_form(c);
}

bool meets_bidi_rule(std::u32string_view text) {
  std::vector<UCharDirection> kinds;
  for (const char32_t c : text) kinds.push_back(u_charDirection(code(c)));
  const auto has = [&](UCharDirection d) { return std::find(kinds.begin(), kinds.end(), d) != kinds.end(); };
  const bool right_to_left = std::any_of(kinds.begin(), kinds.end(), is_right_to_left);
  if (!right_to_left && !has(U_ARABIC_NUMBER)) return true;

  // Rule 1 and 2: it begins with a right-to-left letter and holds no left-to-right one.
  if (!is_right_to_left(kinds.front()) || has(U_LEFT_TO_RIGHT)) return false;
  for (const auto d : kinds) {
    const bool allowed = is_right_to_left(d) || d == U_ARABIC_NUMBER || d == U_EUROPEAN_NUMBER ||
                         d == U_EUROPEAN_NUMBER_SEPARATOR || d == U_COMMON_NUMBER_SEPARATOR ||
                         d == U_EUROPEAN_NUMBER_TERMINATOR || d == U_OTHER_NEUTRAL || d == U_BOUNDARY_NEUTRAL ||
                         d == U_DIR_NON_SPACING_MARK;
    if (!allowed) return false;
  }
  // Rule 3: it ends with a letter or digit, whatever marks follow.
  auto last = std::find_if(kinds.rbegin(), kinds.rend(), [](auto d) { return d != U_DIR_NON_SPACING_MARK; });
  if (!is_right_to_left(*last) && *last != U_EUROPEAN_NUMBER && *last != U_ARABIC_NUMBER) return false;
  // Rule 4: one kind of digits.
  return !(has(U_EUROPEAN_NUMBER) && has(U_ARABIC_NUMBER));
}

std::optional<std::string> to_nfc(std::string_view utf8) {
  const auto text = decode_utf8(utf8);
  if (!text) return std::nullopt;
  return encode_utf8(to_nfc(std::u32string_view(*text)));
}

}  // namespace gatehouse::text
