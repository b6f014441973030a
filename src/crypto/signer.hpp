#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/signing_key.hpp"
#include "crypto/verification_key.hpp"

// What each algorithm's file implements; internal to this folder. All const functions are thread-safe.
namespace gatehouse::crypto {

class VerificationKey::Verifier {
 public:
  Verifier(Algorithm algorithm, std::string kid) : algorithm_(algorithm), kid_(std::move(kid)) {}
  virtual ~Verifier() = default;
  [[nodiscard]] virtual bool verify(std::string_view signing_input, std::string_view signature) const = 0;
  virtual void prepare() const {}
  // kty and the key itself; the dispatcher adds kid, alg and use. Empty when there is no public part.
  [[nodiscard]] virtual boost::json::object public_members() const = 0;
  // Of HS256 alone.
  [[nodiscard]] virtual std::optional<base::Secret> shared_secret() const { return std::nullopt; }
  [[nodiscard]] Algorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] const std::string& kid() const noexcept { return kid_; }

 private:
  Algorithm algorithm_;
  std::string kid_;
};

class SigningKey::Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual std::string sign(std::string_view signing_input) const = 0;
  [[nodiscard]] virtual base::Secret private_bytes() const = 0;
  [[nodiscard]] virtual const std::shared_ptr<const VerificationKey::Verifier>& verifier() const noexcept = 0;
};

using VerifierPtr = std::shared_ptr<const VerificationKey::Verifier>;
using SignerPtr = std::unique_ptr<const SigningKey::Signer>;

// `public_members` in lexical order, and nothing else: RFC 7638 section 3.
[[nodiscard]] std::string jwk_thumbprint(const boost::json::object& public_members);

// An empty kid means: the thumbprint. `kty` has been checked by the caller to be the algorithm's.
[[nodiscard]] base::Result<VerifierPtr, KeyError> es256_from_jwk(const boost::json::object& jwk, std::string kid);
[[nodiscard]] base::Result<VerifierPtr, KeyError> ed25519_from_jwk(const boost::json::object& jwk, std::string kid);
[[nodiscard]] base::Result<VerifierPtr, KeyError> rs256_from_jwk(const boost::json::object& jwk, std::string kid);
[[nodiscard]] base::Result<VerifierPtr, KeyError> hs256_from_secret(const base::Secret& secret, std::string kid);

[[nodiscard]] SignerPtr generate_es256(base::Random& random);
[[nodiscard]] SignerPtr generate_ed25519(base::Random& random);
[[nodiscard]] SignerPtr generate_rs256();
[[nodiscard]] SignerPtr generate_hs256(base::Random& random);

[[nodiscard]] base::Result<SignerPtr, KeyError> es256_from_private(const base::Secret& pkcs8);
[[nodiscard]] base::Result<SignerPtr, KeyError> ed25519_from_private(const base::Secret& seed);
[[nodiscard]] base::Result<SignerPtr, KeyError> rs256_from_private(const base::Secret& pkcs8);
[[nodiscard]] base::Result<SignerPtr, KeyError> hs256_from_private(const base::Secret& secret, std::string_view kid);

}  // namespace gatehouse::crypto
