#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/secret.hpp"

struct evp_pkey_st;  // EVP_PKEY of OpenSSL, whose headers stay in .cpp files

namespace gatehouse::crypto {

struct EvpKeyFree {
  void operator()(evp_pkey_st* key) const noexcept;
};
using EvpKeyPtr = std::unique_ptr<evp_pkey_st, EvpKeyFree>;

// An OpenSSL key that signs or checks SHA-256 digests. Immutable and thread-safe: EVP_PKEY_CTX is neither, and making
// one costs several algorithm look-ups under a lock, so each thread keeps a few, initialised, for the keys it used
// last.
class EvpKey {
 public:
  enum class Padding { none, pkcs1 };
  EvpKey(EvpKeyPtr key, Padding padding);

  // `signature` in the form of OpenSSL: DER for ECDSA.
  [[nodiscard]] bool verify_digest(std::string_view digest, std::string_view signature) const;
  [[nodiscard]] std::string sign_digest(std::string_view digest) const;

  [[nodiscard]] evp_pkey_st* get() const noexcept { return key_.get(); }
  // An integer parameter as `size` big-endian bytes; nothing when the key has none of that name or it is longer.
  [[nodiscard]] std::optional<std::string> integer(const char* name, std::size_t size) const;
  [[nodiscard]] base::Secret to_pkcs8() const;

 private:
  EvpKeyPtr key_;
  Padding padding_;
  std::uint64_t serial_;  // never reused, unlike an address: what the threads' contexts are found by
};

// Null unless the bytes are exactly one PKCS#8 private key that OpenSSL can read.
[[nodiscard]] EvpKeyPtr key_from_pkcs8(const base::Secret& pkcs8);

}  // namespace gatehouse::crypto
