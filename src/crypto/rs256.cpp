#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <cstdlib>

#include "crypto/evp_key.hpp"
#include "crypto/jwk_member.hpp"
#include "crypto/mac.hpp"
#include "crypto/signer.hpp"

// RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 section 3.3. Exactly one size and one exponent: what is longer only burns
// time (a stranger's 16k-bit key), what is shorter is weak.
namespace gatehouse::crypto {
namespace {

constexpr int kBits = 3072;
constexpr std::size_t kModulusBytes = kBits / 8;
constexpr std::string_view kExponent("\x01\x00\x01", 3);

template <class T, void (*Free)(T*)>
struct FreeWith {
  void operator()(T* pointer) const noexcept { Free(pointer); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, FreeWith<T, Free>>;
using Number = Owned<BIGNUM, BN_free>;

Number number(std::string_view bytes) {
  return Number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
}

EvpKeyPtr public_key(std::string_view modulus) {
  const Number n = number(modulus);
  const Number e = number(kExponent);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  if (!n || !e || !builder || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    std::abort();
  }
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  EVP_PKEY* key = nullptr;
  if (!parameters || EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    ERR_clear_error();
  }
  return EvpKeyPtr(key);
}

class Rs256Verifier final : public VerificationKey::Verifier {
 public:
  Rs256Verifier(EvpKeyPtr key, boost::json::object members, std::string kid)
      : Verifier(Algorithm::rs256, std::move(kid)),
        key_(std::move(key), EvpKey::Padding::pkcs1),
        members_(std::move(members)) {}

  bool verify(std::string_view signing_input, std::string_view signature) const override {
    return signature.size() == kModulusBytes && key_.verify_digest(sha256(signing_input), signature);
  }
  boost::json::object public_members() const override { return members_; }

 private:
  EvpKey key_;
  boost::json::object members_;
};

class Rs256Signer final : public SigningKey::Signer {
 public:
  Rs256Signer(EvpKeyPtr key, VerifierPtr verifier)
      : key_(std::move(key), EvpKey::Padding::pkcs1), verifier_(std::move(verifier)) {}

  std::string sign(std::string_view signing_input) const override { return key_.sign_digest(sha256(signing_input)); }
  base::Secret private_bytes() const override { return key_.to_pkcs8(); }
  const VerifierPtr& verifier() const noexcept override { return verifier_; }

 private:
  EvpKey key_;
  VerifierPtr verifier_;
};

base::Result<VerifierPtr, KeyError> verifier_from_modulus(std::string_view modulus, std::string kid) {
  // The first bit set: exactly 3072 bits, and no leading zero (RFC 7518 section 6.3.1.1).
  if (modulus.size() != kModulusBytes || (static_cast<unsigned char>(modulus.front()) & 0x80U) == 0 ||
      (static_cast<unsigned char>(modulus.back()) & 1U) == 0) {
    return KeyError::weak;
  }
  auto key = public_key(modulus);
  if (!key) return KeyError::malformed;
  boost::json::object members{
      {"e", base::base64url_encode(kExponent)}, {"kty", "RSA"}, {"n", base::base64url_encode(modulus)}};
  if (kid.empty()) kid = jwk_thumbprint(members);
  return VerifierPtr(std::make_shared<Rs256Verifier>(std::move(key), std::move(members), std::move(kid)));
}

base::Result<SignerPtr, KeyError> signer_from_key(EvpKeyPtr key) {
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) return KeyError::wrong_algorithm;
  if (EVP_PKEY_get_bits(key.get()) != kBits) return KeyError::weak;
  const EvpKey readable(std::move(key), EvpKey::Padding::pkcs1);
  const auto modulus = readable.integer(OSSL_PKEY_PARAM_RSA_N, kModulusBytes);
  const auto exponent = readable.integer(OSSL_PKEY_PARAM_RSA_E, kExponent.size());
  if (!modulus || exponent != kExponent) return KeyError::weak;
  auto verifier = verifier_from_modulus(*modulus, {});
  if (!verifier) return verifier.error();
  EVP_PKEY_up_ref(readable.get());
  return SignerPtr(std::make_unique<Rs256Signer>(EvpKeyPtr(readable.get()), std::move(*verifier)));
}

}  // namespace

base::Result<VerifierPtr, KeyError> rs256_from_jwk(const boost::json::object& jwk, std::string kid) {
  const auto modulus = bytes_member(jwk, "n");
  const auto exponent = bytes_member(jwk, "e");
  if (!modulus || !exponent) return KeyError::malformed;
  if (*exponent != kExponent) return KeyError::weak;
  return verifier_from_modulus(*modulus, std::move(kid));
}

SignerPtr generate_rs256() {
  EvpKeyPtr key(EVP_RSA_gen(kBits));
  if (!key) std::abort();
  auto signer = signer_from_key(std::move(key));
  if (!signer) std::abort();
  return std::move(*signer);
}

base::Result<SignerPtr, KeyError> rs256_from_private(const base::Secret& pkcs8) {
  auto key = key_from_pkcs8(pkcs8);
  if (!key) return KeyError::malformed;
  return signer_from_key(std::move(key));
}

}  // namespace gatehouse::crypto
