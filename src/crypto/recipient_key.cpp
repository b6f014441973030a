#include "crypto/recipient_key.hpp"

#include <sodium.h>

#include <cstdlib>

#include "platform/base/encoding.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kPublicPrefix = "ghbp_";
constexpr std::string_view kSecretPrefix = "ghbs_";
static_assert(RecipientKey::kBytes == crypto_box_PUBLICKEYBYTES && RecipientKey::kBytes == crypto_box_SECRETKEYBYTES);

std::optional<std::string> decode(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  auto bytes = base::base64url_decode(text.substr(prefix.size()));
  if (!bytes || bytes->size() != RecipientKey::kBytes) return std::nullopt;
  return bytes;
}

unsigned char* out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

std::optional<RecipientKey> RecipientKey::from_text(std::string_view text) {
  auto bytes = decode(text, kPublicPrefix);
  if (!bytes) return std::nullopt;
  return RecipientKey(std::move(*bytes));
}

std::string RecipientKey::text() const { return std::string(kPublicPrefix) + base::base64url_encode(bytes_); }

RecipientSecret RecipientSecret::generate() {
  if (sodium_init() < 0) std::abort();
  std::string public_half(RecipientKey::kBytes, '\0');
  std::string secret(RecipientKey::kBytes, '\0');
  crypto_box_keypair(out(public_half), out(secret));
  return RecipientSecret(base::Secret(std::move(secret)));
}

std::optional<RecipientSecret> RecipientSecret::from_text(std::string_view text) {
  auto bytes = decode(text, kSecretPrefix);
  if (!bytes) return std::nullopt;
  return RecipientSecret(base::Secret(std::move(*bytes)));
}

base::Secret RecipientSecret::text() const {
  return base::Secret(std::string(kSecretPrefix) + base::base64url_encode(bytes_.expose()));
}

RecipientKey RecipientSecret::public_half() const {
  std::string bytes(RecipientKey::kBytes, '\0');
  if (crypto_scalarmult_base(out(bytes), reinterpret_cast<const unsigned char*>(bytes_.expose().data())) != 0) {
    std::abort();
  }
  return RecipientKey(std::move(bytes));
}

}  // namespace gatehouse::crypto
