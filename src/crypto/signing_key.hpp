#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/algorithm.hpp"
#include "crypto/key_error.hpp"
#include "crypto/verification_key.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// A private (or shared) key bound to one algorithm. Move-only; const functions are thread-safe: the key is immutable,
// and what OpenSSL needs to work in is kept per thread.
class SigningKey {
 public:
  // RSA (always 3072 bit) takes up to a second and draws from OpenSSL's own generator; all others draw from `random`.
  [[nodiscard]] static SigningKey generate(Algorithm algorithm, base::Random& random);

  // What private_bytes() gave. `kid` is needed for HS256; for all others it may be empty, or must be the thumbprint.
  [[nodiscard]] static base::Result<SigningKey, KeyError> from_private_bytes(Algorithm algorithm,
                                                                             const base::Secret& bytes,
                                                                             std::string_view kid = {});
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  // To be sealed before it is stored: PKCS#8 DER (ES256, RS256), the 32-byte seed (EdDSA, RFC 8032 section 5.1.5) or
  // the secret itself (HS256).
  [[nodiscard]] base::Secret private_bytes() const;

  // RFC 7638 thumbprint with SHA-256; random for HS256, whose thumbprint would let anyone test guesses of the secret.
  [[nodiscard]] const std::string& kid() const noexcept;
  [[nodiscard]] Algorithm algorithm() const noexcept;
  // As VerificationKey::public_jwk(): no private member ever; empty for HS256.
  [[nodiscard]] boost::json::object public_jwk() const;
  [[nodiscard]] VerificationKey verification_key() const;

  // The JWS signature over exactly these bytes. Aborts if OpenSSL fails: memory or the process is broken then.
  [[nodiscard]] std::string sign(std::string_view signing_input) const;

  class Signer;
  explicit SigningKey(std::unique_ptr<const Signer> signer);

 private:
  std::unique_ptr<const Signer> signer_;
};

}  // namespace gatehouse::crypto
