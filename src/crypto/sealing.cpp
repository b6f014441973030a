#include "crypto/sealing.hpp"

#include <sodium.h>

#include <cstdlib>

#include "crypto/mac.hpp"

namespace gatehouse::crypto {
namespace {

constexpr char kVersion = '\x01';
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(SealingKey::kBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(SealingKey::kOverhead == 1 + kNonceBytes + kTagBytes);

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* out(std::string& bytes, std::size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(bytes.data()) + offset;
}

// The version is authenticated too: a later format can't be passed off as this one.
std::string with_version(std::string_view aad) { return std::string(1, kVersion).append(aad); }

}  // namespace

SealingKey SealingKey::generate(base::Random& random) { return SealingKey(base::Secret(random.bytes(kBytes))); }

std::optional<SealingKey> SealingKey::from_bytes(const base::Secret& key) {
  if (key.size() != kBytes) return std::nullopt;
  return SealingKey(key.clone());
}

SealingKey SealingKey::derive(const base::Secret& master, std::string_view purpose) {
  return SealingKey(derive_key(master, purpose));
}

std::string SealingKey::seal(std::string_view plain, std::string_view aad, base::Random& random) const {
  std::string sealed(kOverhead + plain.size(), '\0');
  sealed[0] = kVersion;
  random.fill(sealed.data() + 1, kNonceBytes);
  const std::string bound = with_version(aad);
  if (crypto_aead_xchacha20poly1305_ietf_encrypt(out(sealed, 1 + kNonceBytes), nullptr, in(plain), plain.size(),
                                                 in(bound), bound.size(), nullptr, out(sealed, 1),
                                                 in(key_.expose())) != 0) {
    std::abort();
  }
  return sealed;
}

std::optional<base::Secret> SealingKey::open(std::string_view sealed, std::string_view aad) const {
  if (sealed.size() < kOverhead || sealed[0] != kVersion) return std::nullopt;
  const auto nonce = sealed.substr(1, kNonceBytes);
  const auto box = sealed.substr(1 + kNonceBytes);
  const std::string bound = with_version(aad);
  std::string plain(box.size() - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out(plain), nullptr, nullptr, in(box), box.size(), in(bound),
                                                 bound.size(), in(nonce), in(key_.expose())) != 0) {
    return std::nullopt;
  }
  return base::Secret(std::move(plain));
}

}  // namespace gatehouse::crypto
