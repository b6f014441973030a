#include <sodium.h>

#include <array>
#include <cstdlib>

#include "crypto/jwk_member.hpp"
#include "crypto/signer.hpp"

// Ed25519 as EdDSA, RFC 8037. libsodium rather than OpenSSL: it is faster, needs no context, and refuses public keys
// of small order and signatures whose S is not reduced (malleable).
namespace gatehouse::crypto {
namespace {

constexpr std::size_t kSeedBytes = crypto_sign_ed25519_SEEDBYTES;
constexpr std::size_t kPublicBytes = crypto_sign_ed25519_PUBLICKEYBYTES;
constexpr std::size_t kPrivateBytes = crypto_sign_ed25519_SECRETKEYBYTES;
constexpr std::size_t kSignatureBytes = crypto_sign_ed25519_BYTES;

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

class Ed25519Verifier final : public VerificationKey::Verifier {
 public:
  Ed25519Verifier(std::string point, std::string kid)
      : Verifier(Algorithm::eddsa, std::move(kid)), point_(std::move(point)) {}

  bool verify(std::string_view signing_input, std::string_view signature) const override {
    return signature.size() == kSignatureBytes &&
           crypto_sign_ed25519_verify_detached(in(signature), in(signing_input), signing_input.size(), in(point_)) == 0;
  }
  boost::json::object public_members() const override {
    return {{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", base::base64url_encode(point_)}};
  }

 private:
  std::string point_;
};

class Ed25519Signer final : public SigningKey::Signer {
 public:
  Ed25519Signer(base::Secret seed, base::Secret key, VerifierPtr verifier)
      : seed_(std::move(seed)), key_(std::move(key)), verifier_(std::move(verifier)) {}

  std::string sign(std::string_view signing_input) const override {
    std::string signature(kSignatureBytes, '\0');
    if (crypto_sign_ed25519_detached(out(signature), nullptr, in(signing_input), signing_input.size(),
                                     in(key_.expose())) != 0) {
      std::abort();
    }
    return signature;
  }
  base::Secret private_bytes() const override { return seed_.clone(); }
  const VerifierPtr& verifier() const noexcept override { return verifier_; }

 private:
  base::Secret seed_;
  base::Secret key_;  // seed ‖ public key, as libsodium wants it
  VerifierPtr verifier_;
};

VerifierPtr make_verifier(std::string point, std::string kid) {
  auto verifier = std::make_shared<Ed25519Verifier>(point, std::move(kid));
  if (!verifier->kid().empty()) return verifier;
  return std::make_shared<Ed25519Verifier>(std::move(point), jwk_thumbprint(verifier->public_members()));
}

SignerPtr signer_from_seed(base::Secret seed) {
  std::string point(kPublicBytes, '\0');
  std::string key(kPrivateBytes, '\0');
  if (crypto_sign_ed25519_seed_keypair(out(point), out(key), in(seed.expose())) != 0) std::abort();
  return std::make_unique<Ed25519Signer>(std::move(seed), base::Secret(std::move(key)),
                                         make_verifier(std::move(point), {}));
}

}  // namespace

base::Result<VerifierPtr, KeyError> ed25519_from_jwk(const boost::json::object& jwk, std::string kid) {
  if (text_member(jwk, "crv") != "Ed25519") return KeyError::wrong_algorithm;
  auto point = bytes_member(jwk, "x");
  if (!point || point->size() != kPublicBytes) return KeyError::malformed;
  // Also refuses points of small order, for which one signature can fit many messages.
  std::array<unsigned char, crypto_scalarmult_curve25519_BYTES> montgomery{};
  if (crypto_sign_ed25519_pk_to_curve25519(montgomery.data(), in(*point)) != 0) return KeyError::not_on_curve;
  return make_verifier(std::move(*point), std::move(kid));
}

SignerPtr generate_ed25519(base::Random& random) { return signer_from_seed(base::Secret(random.bytes(kSeedBytes))); }

base::Result<SignerPtr, KeyError> ed25519_from_private(const base::Secret& seed) {
  if (seed.size() != kSeedBytes) return KeyError::malformed;
  return signer_from_seed(seed.clone());
}

}  // namespace gatehouse::crypto
