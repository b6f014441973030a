#include "platform/text/email.hpp"

#include <unicode/uidna.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "platform/base/unavailable.hpp"
#include "platform/text/unicode.hpp"

namespace gatehouse::text {

namespace {

constexpr std::size_t kMaxLocalPartBytes = 64;  // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kMaxDomainBytes = 253;

// Opened at the first address, never closed; const use is thread-safe.
const UIDNA& idna() {
  static const UIDNA* const kIdna = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UIDNA* opened = uidna_openUTS46(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &status);
    if (U_FAILURE(status)) throw base::Unavailable("unicode_data");
    return opened;
  }();
  return *kIdna;
}

// RFC 5322 atext, with RFC 6531's letters beyond ASCII; less `%` and `!`, which old mail servers route by.
bool is_local_character(char32_t c) {
  static constexpr std::u32string_view kPunctuation = U"#$&'*+-/=?^_`{|}~.";
  return is_letter_digit(c) || kPunctuation.find(c) != std::u32string_view::npos;
}

bool is_local_part(std::u32string_view text) {
  // A hyphen first reads as an option to mail programs: no letter is sent there, so nobody could show the address.
  if (text.empty() || text.front() == '-') return false;
  if (text.front() == '.' || text.back() == '.' || text.find(U"..") != text.npos) return false;
  return std::all_of(text.begin(), text.end(), is_local_character);
}

bool is_all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The domain in ASCII and lower case; nothing when it is not one that mail could go to.
std::optional<std::string> ascii_domain(std::string_view utf8) {
  if (utf8.empty()) return std::nullopt;
  std::string out(kMaxDomainBytes + 1, '\0');
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode status = U_ZERO_ERROR;
  const auto size = uidna_nameToASCII_UTF8(&idna(), utf8.data(), static_cast<std::int32_t>(utf8.size()), out.data(),
                                           static_cast<std::int32_t>(out.size()), &info, &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) return std::nullopt;
  if (U_FAILURE(status)) throw base::Unavailable("unicode_data");
  if (info.errors != 0 || size <= 0 || static_cast<std::size_t>(size) > kMaxDomainBytes) return std::nullopt;
  out.resize(static_cast<std::size_t>(size));
  const auto dot = out.rfind('.');
  // One label is a host of the local network; a last label of digits is an address (RFC 3696 section 2).
  if (dot == std::string::npos || dot + 1 == out.size() || is_all_digits(out.substr(dot + 1))) return std::nullopt;
  return out;
}

}  // namespace

base::Result<Email, EmailError> prepare_email(std::string_view utf8) {
  if (utf8.size() > kMaxEmailBytes) return EmailError::too_long;
  if (!decode_utf8(utf8)) return EmailError::not_utf8;
  const auto at = utf8.find('@');
  if (at == std::string_view::npos || utf8.find('@', at + 1) != std::string_view::npos) return EmailError::not_one_at;

  const std::u32string local = to_nfc(std::u32string_view(*decode_utf8(utf8.substr(0, at))));
  if (!is_local_part(local)) return EmailError::bad_local_part;
  const std::string given = encode_utf8(local);
  if (given.size() > kMaxLocalPartBytes) return EmailError::bad_local_part;

  const auto domain = ascii_domain(utf8.substr(at + 1));
  if (!domain) return EmailError::bad_domain;
  if (given.size() + 1 + domain->size() > kMaxEmailBytes) return EmailError::too_long;
  const std::string lower = encode_utf8(to_nfc(std::u32string_view(to_lower(local))));
  return Email(given + '@' + *domain, lower + '@' + *domain);
}

const char* to_string(EmailError error) {
  switch (error) {
    case EmailError::not_utf8: return "The address is not valid text (UTF-8).";
    case EmailError::too_long: return "The address may have at most 254 bytes.";
    case EmailError::not_one_at: return "Give one address with exactly one @.";
    case EmailError::bad_local_part: return "The part before the @ holds something that mail addresses do not allow.";
    case EmailError::bad_domain: break;
  }
  return "The part after the @ is not a domain name such as example.org.";
}

}  // namespace gatehouse::text
