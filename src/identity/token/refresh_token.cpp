#include "identity/token/refresh_token.hpp"

#include <string>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::string_view kPrefix = "ghr_";  // lets secret scanners find a leaked one
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kCounterBytes = 8;
constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kBodyBytes = kIdBytes + kCounterBytes + kMacBytes;
constexpr std::size_t kTextBytes = kPrefix.size() + (kBodyBytes * 4 + 2) / 3;

}  // namespace

base::Secret RefreshTokenCodec::encode(const RefreshToken& token) const {
  std::string body(token.session.bytes());
  body += base::encode_u64(token.counter);
  body += crypto::hmac_sha256(mac_key_, body).substr(0, kMacBytes);
  std::string text(kPrefix);
  text += base::base64url_encode(body);
  base::wipe(body);
  return base::Secret(std::move(text));
}

std::optional<RefreshToken> RefreshTokenCodec::decode(std::string_view text) const {
  if (text.size() != kTextBytes || !text.starts_with(kPrefix)) return std::nullopt;
  const auto body = base::base64url_decode(text.substr(kPrefix.size()));
  if (!body || body->size() != kBodyBytes) return std::nullopt;
  const std::string_view bytes = *body;
  const std::string_view signed_part = bytes.substr(0, kIdBytes + kCounterBytes);
  const std::string mac = crypto::hmac_sha256(mac_key_, signed_part).substr(0, kMacBytes);
  if (!base::equal_in_constant_time(mac, bytes.substr(signed_part.size()))) return std::nullopt;
  return RefreshToken{contract::SessionId::from_bytes(bytes.substr(0, kIdBytes)).value(),
                      base::decode_u64(bytes.substr(kIdBytes, kCounterBytes))};
}

}  // namespace gatehouse::identity
