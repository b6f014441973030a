#include "crypto/evp_key.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <utility>

namespace gatehouse::crypto {
namespace {

struct ContextFree {
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<EVP_PKEY_CTX, ContextFree>;

enum class Use { verify, sign };

ContextPtr make_context(EVP_PKEY* key, EvpKey::Padding padding, Use use) {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || kSha256 == nullptr) std::abort();
  const int ready = use == Use::verify ? EVP_PKEY_verify_init(context.get()) : EVP_PKEY_sign_init(context.get());
  if (ready != 1) std::abort();
  if (padding == EvpKey::Padding::pkcs1 && EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) {
    std::abort();
  }
  if (EVP_PKEY_CTX_set_signature_md(context.get(), kSha256) != 1) std::abort();
  return context;
}

// A thread meets the two or three keys of the ring; the oldest entry makes room for a newer key. An entry holds its
// own reference to the key, so one whose EvpKey is gone is merely never found again.
class ThreadContexts {
 public:
  EVP_PKEY_CTX* get(std::uint64_t serial, EVP_PKEY* key, EvpKey::Padding padding, Use use) {
    for (auto& entry : entries_) {
      if (entry.serial == serial && entry.use == use) return entry.context.get();
    }
    Entry& slot = entries_[next_++ % entries_.size()];
    slot = Entry{serial, use, make_context(key, padding, use)};
    return slot.context.get();
  }

 private:
  struct Entry {
    std::uint64_t serial = 0;
    Use use = Use::verify;
    ContextPtr context;
  };
  std::array<Entry, 8> entries_;
  std::size_t next_ = 0;
};

ThreadContexts& thread_contexts() {
  thread_local ThreadContexts contexts;
  return contexts;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

void EvpKeyFree::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

EvpKey::EvpKey(EvpKeyPtr key, Padding padding) : key_(std::move(key)), padding_(padding), serial_(next_serial()) {}

bool EvpKey::verify_digest(std::string_view digest, std::string_view signature) const {
  EVP_PKEY_CTX* const context = thread_contexts().get(serial_, key_.get(), padding_, Use::verify);
  const int result = EVP_PKEY_verify(context, in(signature), signature.size(), in(digest), digest.size());
  // What a stranger's signature leaves in the thread's error queue must not be taken for a TLS error later.
  if (result != 1) ERR_clear_error();
  return result == 1;
}

std::string EvpKey::sign_digest(std::string_view digest) const {
  EVP_PKEY_CTX* const context = thread_contexts().get(serial_, key_.get(), padding_, Use::sign);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = signature.size();
  if (EVP_PKEY_sign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, in(digest), digest.size()) !=
      1) {
    std::abort();
  }
  signature.resize(size);
  return signature;
}

std::optional<std::string> EvpKey::integer(const char* name, std::size_t size) const {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key_.get(), name, &number) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  std::string bytes(size, '\0');
  const int written = BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size));
  BN_clear_free(number);
  if (written < 0) return std::nullopt;
  return bytes;
}

base::Secret EvpKey::to_pkcs8() const {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, void (*)(PKCS8_PRIV_KEY_INFO*)> info(EVP_PKEY2PKCS8(key_.get()),
                                                                                  PKCS8_PRIV_KEY_INFO_free);
  unsigned char* der = nullptr;
  const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der) : -1;
  if (size <= 0) std::abort();
  base::Secret bytes(std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)));
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return bytes;
}

EvpKeyPtr key_from_pkcs8(const base::Secret& pkcs8) {
  const unsigned char* at = in(pkcs8.expose());
  const unsigned char* const end = at + pkcs8.size();
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, void (*)(PKCS8_PRIV_KEY_INFO*)> info(
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(pkcs8.size())), PKCS8_PRIV_KEY_INFO_free);
  EvpKeyPtr key(info && at == end ? EVP_PKCS82PKEY(info.get()) : nullptr);
  ERR_clear_error();
  return key;
}

}  // namespace gatehouse::crypto
