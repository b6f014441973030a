#include "identity/token/one_time_token.hpp"

#include <cstddef>
#include <string>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::string_view kPrefix = "ghm_";  // lets secret scanners find a leaked one
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kTextBytes = kPrefix.size() + ((kIdBytes + kMacBytes) * 4 + 2) / 3;
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's base 32
constexpr std::size_t kCodeCharacters = 8;
constexpr std::size_t kLongestTyped = 32;

std::string_view label(TokenPurpose purpose) {
  switch (purpose) {
    case TokenPurpose::verify_email: return "verify_email";
    case TokenPurpose::change_email: return "change_email";
    case TokenPurpose::restore_email: return "restore_email";
    case TokenPurpose::reset_password: return "reset_password";
    case TokenPurpose::invite: return "invite";
  }
  return "unknown";
}

// `form` keeps a code from being the beginning of a token.
std::string mac(const base::Secret& key, std::string_view form, TokenPurpose purpose, base::Uuid reference) {
  std::string message(form);
  message.append(":").append(label(purpose)).append(":").append(reference.bytes());
  return crypto::hmac_sha256(key, message).substr(0, kMacBytes);
}

std::string bare_code(const base::Secret& key, TokenPurpose purpose, base::Uuid reference) {
  std::string bytes = mac(key, "code", purpose, reference);
  std::string code;
  for (std::size_t i = 0; i < kCodeCharacters; ++i) code += kAlphabet[static_cast<unsigned char>(bytes[i]) % 32];
  base::wipe(bytes);
  return code;
}

// Upper case, no hyphens and blanks, what people confuse made one. Empty: longer than anybody types a code.
std::string canonical(std::string_view text) {
  std::string out;
  if (text.size() > kLongestTyped) return out;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (upper == 'I' || upper == 'L') {
      out += '1';
    } else {
      out += upper == 'O' ? '0' : upper;
    }
  }
  return out;
}

}  // namespace

base::Secret OneTimeTokenCodec::encode(TokenPurpose purpose, base::Uuid reference) const {
  std::string body(reference.bytes());
  body += mac(mac_key_, "token", purpose, reference);
  std::string text(kPrefix);
  text += base::base64url_encode(body);
  base::wipe(body);
  return base::Secret(std::move(text));
}

std::optional<base::Uuid> OneTimeTokenCodec::decode(TokenPurpose purpose, std::string_view text) const {
  if (text.size() != kTextBytes || !text.starts_with(kPrefix)) return std::nullopt;
  const auto body = base::base64url_decode(text.substr(kPrefix.size()));
  if (!body || body->size() != kIdBytes + kMacBytes) return std::nullopt;
  const std::string_view bytes = *body;
  const auto reference = base::Uuid::from_bytes(bytes.substr(0, kIdBytes));
  const std::string expected = mac(mac_key_, "token", purpose, reference.value());
  if (!base::equal_in_constant_time(expected, bytes.substr(kIdBytes))) return std::nullopt;
  return reference;
}

base::Secret OneTimeTokenCodec::code(TokenPurpose purpose, base::Uuid reference) const {
  std::string code = bare_code(mac_key_, purpose, reference);
  code.insert(kCodeCharacters / 2, 1, '-');
  return base::Secret(std::move(code));
}

bool OneTimeTokenCodec::is_code(TokenPurpose purpose, base::Uuid reference, std::string_view text) const {
  return base::equal_in_constant_time(bare_code(mac_key_, purpose, reference), canonical(text));
}

}  // namespace gatehouse::identity
