#include "crypto/mac.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <cstdlib>
#include <memory>

namespace gatehouse::crypto {
namespace {

struct DigestContextFree {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

// OpenSSL rather than libsodium: it uses the processor's SHA instructions. Its one-shot calls look the algorithm up
// each time, under a lock; a context a thread, re-initialised without a name, does not.
EVP_MD_CTX* sha256_context() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, DigestContextFree> context(EVP_MD_CTX_new());
  thread_local bool fresh = true;
  if (kSha256 == nullptr || context == nullptr) std::abort();
  if (EVP_DigestInit_ex2(context.get(), fresh ? kSha256 : nullptr, nullptr) != 1) std::abort();
  fresh = false;
  return context.get();
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string hmac_sha256(const base::Secret& key, std::string_view message) {
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key.expose()), key.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(message), message.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
  sodium_memzero(&state, sizeof state);
  return out;
}

std::string sha256(std::string_view message) {
  std::string out(32, '\0');
  EVP_MD_CTX* const context = sha256_context();
  if (EVP_DigestUpdate(context, message.data(), message.size()) != 1 ||
      EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(out.data()), nullptr) != 1) {
    std::abort();
  }
  return out;
}

std::string sha1(std::string_view message) {
  std::string out(20, '\0');
  if (EVP_Digest(message.data(), message.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, EVP_sha1(),
                 nullptr) != 1) {
    std::abort();
  }
  return out;
}

base::Secret derive_key(const base::Secret& master, std::string_view purpose) {
  const base::Secret no_salt(std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32));
  const base::Secret extracted(hmac_sha256(no_salt, master.expose()));
  return base::Secret(hmac_sha256(extracted, std::string(purpose) + '\x01'));
}

}  // namespace gatehouse::crypto
