#include "identity/webhook/signature.hpp"

#include <algorithm>
#include <cstddef>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 32;

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text = base::base64url_encode(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text.append((4 - text.size() % 4) % 4, '=');
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0 || text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string bare(text.substr(0, std::min(text.size(), text.find_last_not_of('=') + 1)));
  std::ranges::replace(bare, '+', '-');
  std::ranges::replace(bare, '/', '_');
  return base::base64url_decode(bare);
}

base::Secret new_webhook_secret(base::Random& random) {
  std::string bytes = random.bytes(kSecretBytes);
  std::string text(kPrefix);
  text += base64_encode(bytes);
  base::wipe(bytes);
  return base::Secret(std::move(text));
}

std::string webhook_signature(std::span<const base::Secret> secrets, std::string_view id,
                              std::int64_t timestamp_seconds, std::string_view body) {
  std::string message(id);
  message.append(".").append(std::to_string(timestamp_seconds)).append(".").append(body);
  std::string header;
  for (const auto& secret : secrets) {
    const base::Secret key(base64_decode(secret.expose().substr(kPrefix.size())).value());
    if (!header.empty()) header += ' ';
    header += "v1," + base64_encode(crypto::hmac_sha256(key, message));
  }
  return header;
}

}  // namespace gatehouse::identity
