#include "crypto/verification_key.hpp"

#include <boost/json/serialize.hpp>
#include <utility>

#include "crypto/jwk_member.hpp"
#include "crypto/mac.hpp"
#include "crypto/signer.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kMaxKidBytes = 128;
constexpr const char* kPrivateMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

const char* key_type(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256: return "EC";
    case Algorithm::eddsa: return "OKP";
    case Algorithm::rs256: return "RSA";
    case Algorithm::hs256: break;  // `oct` is a secret: it never comes in a JWK
  }
  return "";
}

// True when the member is absent or has exactly this text.
bool absent_or(const boost::json::object& jwk, std::string_view name, std::string_view wanted) {
  return !jwk.contains({name.data(), name.size()}) || text_member(jwk, name) == wanted;
}

base::Result<VerifierPtr, KeyError> verifier_from_jwk(const boost::json::object& jwk, Algorithm algorithm,
                                                      std::string kid) {
  switch (algorithm) {
    case Algorithm::es256: return es256_from_jwk(jwk, std::move(kid));
    case Algorithm::eddsa: return ed25519_from_jwk(jwk, std::move(kid));
    case Algorithm::rs256: return rs256_from_jwk(jwk, std::move(kid));
    case Algorithm::hs256: break;
  }
  return KeyError::wrong_algorithm;
}

}  // namespace

std::string jwk_thumbprint(const boost::json::object& public_members) {
  return base::base64url_encode(sha256(boost::json::serialize(public_members)));
}

VerificationKey::VerificationKey(std::shared_ptr<const Verifier> verifier) : verifier_(std::move(verifier)) {}

base::Result<VerificationKey, KeyError> VerificationKey::from_jwk(const boost::json::object& jwk, Algorithm algorithm) {
  for (const char* name : kPrivateMembers) {
    if (jwk.contains(name)) return KeyError::holds_private_key;
  }
  const auto type = text_member(jwk, "kty");
  if (!type) return KeyError::malformed;
  if (*type != key_type(algorithm) || !absent_or(jwk, "alg", to_string(algorithm)) || !absent_or(jwk, "use", "sig")) {
    return KeyError::wrong_algorithm;
  }
  std::string kid;
  if (jwk.contains("kid")) {
    kid = text_member(jwk, "kid").value_or(std::string_view());
    if (kid.empty() || kid.size() > kMaxKidBytes) return KeyError::wrong_kid;
  }
  auto verifier = verifier_from_jwk(jwk, algorithm, std::move(kid));
  if (!verifier) return verifier.error();
  return VerificationKey(std::move(*verifier));
}

base::Result<VerificationKey, KeyError> VerificationKey::from_shared_secret(const base::Secret& secret,
                                                                            std::string kid) {
  auto verifier = hs256_from_secret(secret, std::move(kid));
  if (!verifier) return verifier.error();
  return VerificationKey(std::move(*verifier));
}

const std::string& VerificationKey::kid() const noexcept { return verifier_->kid(); }
Algorithm VerificationKey::algorithm() const noexcept { return verifier_->algorithm(); }

void VerificationKey::prepare() const { verifier_->prepare(); }

bool VerificationKey::verify(std::string_view signing_input, std::string_view signature) const {
  return verifier_->verify(signing_input, signature);
}

std::optional<base::Secret> VerificationKey::shared_secret() const { return verifier_->shared_secret(); }

boost::json::object VerificationKey::public_jwk() const {
  auto jwk = verifier_->public_members();
  if (jwk.empty()) return jwk;
  jwk.emplace("kid", kid());
  jwk.emplace("alg", to_string(algorithm()));
  jwk.emplace("use", "sig");
  return jwk;
}

const char* to_string(KeyError error) {
  switch (error) {
    case KeyError::malformed: return "malformed";
    case KeyError::wrong_algorithm: return "wrong_algorithm";
    case KeyError::weak: return "weak";
    case KeyError::not_on_curve: return "not_on_curve";
    case KeyError::holds_private_key: return "holds_private_key";
    case KeyError::wrong_kid: return "wrong_kid";
    case KeyError::duplicate_kid: return "duplicate_kid";
  }
  return "";
}

}  // namespace gatehouse::crypto
