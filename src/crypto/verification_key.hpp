#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/algorithm.hpp"
#include "crypto/key_error.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// One key bound to one algorithm: what a token says about its algorithm never chooses how it is checked.
// A cheap-to-copy handle. Thread-safe: the key is immutable; what OpenSSL needs to work in is kept per thread.
class VerificationKey {
 public:
  // From a public JWK (RFC 7517, RFC 8037). `kty`, `crv` and, where present, `alg` and `use` must fit `algorithm`;
  // the `kid` becomes the RFC 7638 thumbprint unless the JWK has one. Private members are refused, and so is `oct`.
  [[nodiscard]] static base::Result<VerificationKey, KeyError> from_jwk(const boost::json::object& jwk,
                                                                        Algorithm algorithm);
  // HS256. At least 32 bytes of secret, a kid of 1 to 128 characters.
  [[nodiscard]] static base::Result<VerificationKey, KeyError> from_shared_secret(const base::Secret& secret,
                                                                                  std::string kid);

  [[nodiscard]] const std::string& kid() const noexcept;
  [[nodiscard]] Algorithm algorithm() const noexcept;

  // Whether `signature` (as in a JWS: P1363 for ES256) is this key's over exactly `signing_input`. Anything malformed
  // is false; never throws for what it is given.
  [[nodiscard]] bool verify(std::string_view signing_input, std::string_view signature) const;

  // Makes what lets verify() do its work in half the time (ES256: 10 ms and 152 KiB, once for the key and all its
  // copies). Worth it for a key that signs thousands of tokens; not for an event loop. verify() works before and
  // meanwhile. Thread-safe.
  void prepare() const;

  // kty, crv/x/y or n/e, kid, alg, use. Empty for HS256, which has no public part.
  [[nodiscard]] boost::json::object public_jwk() const;
  // Of HS256 alone, for from_shared_secret() in another process of ours: to be sealed before it leaves this one.
  [[nodiscard]] std::optional<base::Secret> shared_secret() const;

  // One implementation for each algorithm; see es256.cpp, ed25519.cpp, rs256.cpp, hs256.cpp.
  class Verifier;
  explicit VerificationKey(std::shared_ptr<const Verifier> verifier);

 private:
  std::shared_ptr<const Verifier> verifier_;
};

}  // namespace gatehouse::crypto
