#include "crypto/mac.hpp"
#include "crypto/signer.hpp"
#include "platform/base/encoding.hpp"

// HMAC with SHA-256, RFC 7518 section 3.2: for services of other makes that share a secret with us.
namespace gatehouse::crypto {
namespace {

constexpr std::size_t kMinSecretBytes = 32;  // RFC 7518: at least the size of the hash
constexpr std::size_t kMaxKidBytes = 128;

class Hs256Verifier final : public VerificationKey::Verifier {
 public:
  Hs256Verifier(base::Secret secret, std::string kid)
      : Verifier(Algorithm::hs256, std::move(kid)), secret_(std::move(secret)) {}

  bool verify(std::string_view signing_input, std::string_view signature) const override {
    return base::equal_in_constant_time(hmac_sha256(secret_, signing_input), signature);
  }
  boost::json::object public_members() const override { return {}; }
  std::optional<base::Secret> shared_secret() const override { return secret_.clone(); }

 private:
  base::Secret secret_;
};

class Hs256Signer final : public SigningKey::Signer {
 public:
  Hs256Signer(base::Secret secret, VerifierPtr verifier) : secret_(std::move(secret)), verifier_(std::move(verifier)) {}

  std::string sign(std::string_view signing_input) const override { return hmac_sha256(secret_, signing_input); }
  base::Secret private_bytes() const override { return secret_.clone(); }
  const VerifierPtr& verifier() const noexcept override { return verifier_; }

 private:
  base::Secret secret_;
  VerifierPtr verifier_;
};

}  // namespace

base::Result<VerifierPtr, KeyError> hs256_from_secret(const base::Secret& secret, std::string kid) {
  if (secret.size() < kMinSecretBytes) return KeyError::weak;
  if (kid.empty() || kid.size() > kMaxKidBytes) return KeyError::wrong_kid;
  return VerifierPtr(std::make_shared<Hs256Verifier>(secret.clone(), std::move(kid)));
}

SignerPtr generate_hs256(base::Random& random) {
  base::Secret secret(random.bytes(kMinSecretBytes));
  auto verifier = std::make_shared<Hs256Verifier>(secret.clone(), base::base64url_encode(random.bytes(16)));
  return std::make_unique<Hs256Signer>(std::move(secret), std::move(verifier));
}

base::Result<SignerPtr, KeyError> hs256_from_private(const base::Secret& secret, std::string_view kid) {
  auto verifier = hs256_from_secret(secret, std::string(kid));
  if (!verifier) return verifier.error();
  return SignerPtr(std::make_unique<Hs256Signer>(secret.clone(), std::move(*verifier)));
}

}  // namespace gatehouse::crypto
