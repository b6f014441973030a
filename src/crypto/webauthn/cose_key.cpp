#include "crypto/webauthn/cose_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "crypto/evp_key.hpp"
#include "crypto/webauthn/cbor.hpp"

namespace gatehouse::crypto::webauthn {

class CoseKey::Verifier {
 public:
  virtual ~Verifier() = default;
  [[nodiscard]] virtual bool verify(std::string_view message, std::string_view signature) const = 0;
};

namespace {

template <class T, void (*Free)(T*)>
struct FreeWith {
  void operator()(T* pointer) const noexcept { Free(pointer); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, FreeWith<T, Free>>;
using VerifierPtr = std::shared_ptr<const CoseKey::Verifier>;

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// ES256 and RS256. A context for each signature: a key is met once in a sign-in, so there is nothing to keep.
class EvpVerifier final : public CoseKey::Verifier {
 public:
  explicit EvpVerifier(EvpKeyPtr key) : key_(std::move(key)) {}

  bool verify(std::string_view message, std::string_view signature) const override {
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1) std::abort();
    const bool good =
        EVP_DigestVerify(context.get(), in(signature), signature.size(), in(message), message.size()) == 1;
    // What a stranger's signature leaves in the thread's error queue must not be taken for a TLS error later.
    if (!good) ERR_clear_error();
    return good;
  }

 private:
  EvpKeyPtr key_;
};

// libsodium rather than OpenSSL: it refuses keys of small order and signatures that are not reduced.
class Ed25519Verifier final : public CoseKey::Verifier {
 public:
  explicit Ed25519Verifier(std::string point) : point_(std::move(point)) {}

  bool verify(std::string_view message, std::string_view signature) const override {
    return signature.size() == crypto_sign_ed25519_BYTES &&
           crypto_sign_ed25519_verify_detached(in(signature), in(message), message.size(), in(point_)) == 0;
  }

 private:
  std::string point_;
};

EvpKeyPtr key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
  if (!context || !parameters || EVP_PKEY_fromdata_init(context.get()) != 1) std::abort();
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) ERR_clear_error();
  return EvpKeyPtr(key);
}

// Null when the point is not on the curve.
EvpKeyPtr p256_key(std::string_view x, std::string_view y) {
  const std::string point = std::string("\x04").append(x).append(y);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    std::abort();
  }
  return key_from("EC", builder.get());
}

EvpKeyPtr rsa_key(std::string_view modulus, std::string_view exponent) {
  using Number = Owned<BIGNUM, BN_free>;
  const Number n(BN_bin2bn(in(modulus), static_cast<int>(modulus.size()), nullptr));
  const Number e(BN_bin2bn(in(exponent), static_cast<int>(exponent.size()), nullptr));
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    std::abort();
  }
  return key_from("RSA", builder.get());
}

// The members of a COSE_Key that any of the three types has. Labels: RFC 9053 section 7, RFC 8230 section 4.
struct Members {
  std::map<std::int64_t, std::int64_t> numbers;      // kty 1, alg 3, crv -1
  std::map<std::int64_t, std::string_view> strings;  // x -2, y -3; of RSA: n -1, e -2

  [[nodiscard]] std::optional<std::int64_t> number(std::int64_t label) const {
    const auto found = numbers.find(label);
    return found == numbers.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::string_view string(std::int64_t label) const {
    const auto found = strings.find(label);
    return found == strings.end() ? std::string_view() : found->second;
  }
};

bool is_bytes(std::string_view rest) { return !rest.empty() && (static_cast<unsigned char>(rest.front()) >> 5U) == 2; }

// Nothing for a label that stands twice: two readers could take two keys out of one.
std::optional<Members> read_members(std::string_view cose) {
  constexpr std::size_t kMostMembers = 16;
  CborReader reader(cose);
  const auto count = reader.map();
  if (!count || *count > kMostMembers) return std::nullopt;
  Members members;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto label = reader.integer();
    if (!label) return std::nullopt;
    bool fresh = !members.numbers.contains(*label) && !members.strings.contains(*label);
    if (is_bytes(reader.rest())) {
      const auto value = reader.bytes();
      fresh = fresh && value && members.strings.emplace(*label, *value).second;
    } else {
      const auto value = reader.integer();
      fresh = fresh && value && members.numbers.emplace(*label, *value).second;
    }
    if (!fresh) return std::nullopt;
  }
  if (!reader.at_end()) return std::nullopt;
  return members;
}

VerifierPtr es256(const Members& members) {
  constexpr std::size_t kField = 32;
  const auto x = members.string(-2);
  const auto y = members.string(-3);
  if (members.number(1) != 2 || members.number(-1) != 1 || x.size() != kField || y.size() != kField) return nullptr;
  auto key = p256_key(x, y);
  return key ? std::make_shared<EvpVerifier>(std::move(key)) : nullptr;
}

VerifierPtr eddsa(const Members& members) {
  const auto x = members.string(-2);
  if (members.number(1) != 1 || members.number(-1) != 6 || x.size() != crypto_sign_ed25519_PUBLICKEYBYTES) {
    return nullptr;
  }
  return std::make_shared<Ed25519Verifier>(std::string(x));
}

// TPMs make 2,048 bits; what is longer than 4,096 only burns time. The one exponent there is in practice.
VerifierPtr rs256(const Members& members) {
  const auto n = members.string(-1);
  const auto e = members.string(-2);
  if (members.number(1) != 3 || n.size() < 256 || n.size() > 512 ||
      (static_cast<unsigned char>(n.front()) & 0x80U) == 0 || (static_cast<unsigned char>(n.back()) & 1U) == 0) {
    return nullptr;
  }
  if (e != std::string_view("\x01\x00\x01", 3)) return nullptr;
  auto key = rsa_key(n, e);
  return key ? std::make_shared<EvpVerifier>(std::move(key)) : nullptr;
}

}  // namespace

CoseKey::CoseKey(std::shared_ptr<const Verifier> verifier) : verifier_(std::move(verifier)) {}

base::Result<CoseKey, Refused> CoseKey::parse(std::string_view cose) {
  const auto members = read_members(cose);
  const auto algorithm = members ? members->number(3) : std::nullopt;
  if (!algorithm) return Refused::malformed_key;
  VerifierPtr verifier;
  switch (*algorithm) {
    case kEs256: verifier = es256(*members); break;
    case kEdDsa: verifier = eddsa(*members); break;
    case kRs256: verifier = rs256(*members); break;
    default: return Refused::unsupported_algorithm;
  }
  if (!verifier) return Refused::malformed_key;
  return CoseKey(std::move(verifier));
}

bool CoseKey::verify(std::string_view message, std::string_view signature) const {
  return verifier_->verify(message, signature);
}

}  // namespace gatehouse::crypto::webauthn
