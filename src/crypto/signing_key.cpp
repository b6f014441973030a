#include "crypto/signing_key.hpp"

#include <cstdlib>
#include <utility>

#include "crypto/signer.hpp"

namespace gatehouse::crypto {
namespace {

SignerPtr generate_signer(Algorithm algorithm, base::Random& random) {
  switch (algorithm) {
    case Algorithm::es256: return generate_es256(random);
    case Algorithm::eddsa: return generate_ed25519(random);
    case Algorithm::rs256: return generate_rs256();
    case Algorithm::hs256: return generate_hs256(random);
  }
  std::abort();
}

base::Result<SignerPtr, KeyError> signer_from_private(Algorithm algorithm, const base::Secret& bytes,
                                                      std::string_view kid) {
  switch (algorithm) {
    case Algorithm::es256: return es256_from_private(bytes);
    case Algorithm::eddsa: return ed25519_from_private(bytes);
    case Algorithm::rs256: return rs256_from_private(bytes);
    case Algorithm::hs256: return hs256_from_private(bytes, kid);
  }
  return KeyError::wrong_algorithm;
}

}  // namespace

SigningKey::SigningKey(std::unique_ptr<const Signer> signer) : signer_(std::move(signer)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

SigningKey SigningKey::generate(Algorithm algorithm, base::Random& random) {
  return SigningKey(generate_signer(algorithm, random));
}

base::Result<SigningKey, KeyError> SigningKey::from_private_bytes(Algorithm algorithm, const base::Secret& bytes,
                                                                  std::string_view kid) {
  auto signer = signer_from_private(algorithm, bytes, kid);
  if (!signer) return signer.error();
  SigningKey key(std::move(*signer));
  if (!kid.empty() && kid != key.kid()) return KeyError::wrong_kid;
  // A private part that does not belong to the public one would sign tokens that nobody accepts.
  constexpr std::string_view kProbe = "probe";
  if (!key.verification_key().verify(kProbe, key.sign(kProbe))) return KeyError::malformed;
  return key;
}

base::Secret SigningKey::private_bytes() const { return signer_->private_bytes(); }
const std::string& SigningKey::kid() const noexcept { return signer_->verifier()->kid(); }
Algorithm SigningKey::algorithm() const noexcept { return signer_->verifier()->algorithm(); }
boost::json::object SigningKey::public_jwk() const { return verification_key().public_jwk(); }
VerificationKey SigningKey::verification_key() const { return VerificationKey(signer_->verifier()); }
std::string SigningKey::sign(std::string_view signing_input) const { return signer_->sign(signing_input); }

}  // namespace gatehouse::crypto
