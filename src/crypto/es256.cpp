#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>

#include "crypto/evp_key.hpp"
#include "crypto/jwk_member.hpp"
#include "crypto/mac.hpp"
#include "crypto/p256_table.hpp"
#include "crypto/signer.hpp"

// ECDSA on P-256 with SHA-256, RFC 7518 section 3.4.
namespace gatehouse::crypto {
namespace {

constexpr std::size_t kFieldBytes = 32;
constexpr std::string_view kOrder(
    "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51",
    kFieldBytes);

template <class T, void (*Free)(T*)>
struct FreeWith {
  void operator()(T* pointer) const noexcept { Free(pointer); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, FreeWith<T, Free>>;
using Number = Owned<BIGNUM, BN_clear_free>;

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// In 1 … n-1. Zero for both would satisfy a careless verifier for any message (CVE-2022-21449). char_traits<char>
// compares as unsigned bytes, which is the order of big-endian numbers of one length.
bool is_scalar(std::string_view big_endian) {
  const bool zero = std::all_of(big_endian.begin(), big_endian.end(), [](char c) { return c == '\0'; });
  return !zero && big_endian < kOrder;
}

void append_der_integer(std::string& out, std::string_view big_endian) {
  while (big_endian.size() > 1 && big_endian.front() == '\0') big_endian.remove_prefix(1);
  const bool padded = (static_cast<unsigned char>(big_endian.front()) & 0x80U) != 0;
  out.push_back('\x02');
  out.push_back(static_cast<char>(big_endian.size() + (padded ? 1 : 0)));
  if (padded) out.push_back('\0');
  out.append(big_endian);
}

// To the DER that OpenSSL wants. At most 70 bytes of content: one length byte is enough.
std::string to_der(std::string_view r, std::string_view s) {
  std::string der("\x30\x00", 2);
  der.reserve(72);
  append_der_integer(der, r);
  append_der_integer(der, s);
  der[1] = static_cast<char>(der.size() - 2);
  return der;
}

std::string to_p1363(std::string_view der) {
  const unsigned char* at = in(der);
  const Owned<ECDSA_SIG, ECDSA_SIG_free> parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string out(2 * kFieldBytes, '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
  if (!parsed || BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), bytes, kFieldBytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), bytes + kFieldBytes, kFieldBytes) < 0) {
    std::abort();
  }
  return out;
}

// Null when `point` (uncompressed) is not on the curve. `scalar` is the private key, or null.
EvpKeyPtr make_key(std::string_view point, const BIGNUM* scalar) {
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  if (!builder || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1 ||
      (scalar != nullptr && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1)) {
    std::abort();
  }
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  EVP_PKEY* key = nullptr;
  const int selection = scalar == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  if (!parameters || EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) ERR_clear_error();
  return EvpKeyPtr(key);
}

boost::json::object members_of(std::string_view x, std::string_view y) {
  return {{"crv", "P-256"}, {"kty", "EC"}, {"x", base::base64url_encode(x)}, {"y", base::base64url_encode(y)}};
}

class Es256Verifier final : public VerificationKey::Verifier {
 public:
  // `point`: uncompressed, the same as in `key`.
  Es256Verifier(EvpKeyPtr key, std::string point, boost::json::object members, std::string kid)
      : Verifier(Algorithm::es256, std::move(kid)),
        key_(std::move(key), EvpKey::Padding::none),
        point_(std::move(point)),
        members_(std::move(members)) {}

  bool verify(std::string_view signing_input, std::string_view signature) const override {
    if (signature.size() != 2 * kFieldBytes) return false;  // P1363: r ‖ s, RFC 7518
    const auto r = signature.substr(0, kFieldBytes);
    const auto s = signature.substr(kFieldBytes);
    if (!is_scalar(r) || !is_scalar(s)) return false;
    const P256Table* const table = prepared_.load(std::memory_order_acquire);
    if (table != nullptr) return table->verify(sha256(signing_input), r, s);
    return key_.verify_digest(sha256(signing_input), to_der(r, s));
  }
  void prepare() const override {
    std::call_once(once_, [this] {
      table_ = std::make_unique<const P256Table>(point_);
      prepared_.store(table_.get(), std::memory_order_release);
    });
  }
  boost::json::object public_members() const override { return members_; }
  const EvpKey& key() const noexcept { return key_; }

 private:
  EvpKey key_;
  std::string point_;
  boost::json::object members_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const P256Table> table_;
  mutable std::atomic<const P256Table*> prepared_{nullptr};  // table_, once it is whole
};

class Es256Signer final : public SigningKey::Signer {
 public:
  Es256Signer(EvpKeyPtr key, VerifierPtr verifier)
      : key_(std::move(key), EvpKey::Padding::none), verifier_(std::move(verifier)) {}

  std::string sign(std::string_view signing_input) const override {
    return to_p1363(key_.sign_digest(sha256(signing_input)));
  }
  base::Secret private_bytes() const override { return key_.to_pkcs8(); }
  const VerifierPtr& verifier() const noexcept override { return verifier_; }

 private:
  EvpKey key_;
  VerifierPtr verifier_;
};

base::Result<VerifierPtr, KeyError> verifier_from_point(std::string_view x, std::string_view y, std::string kid) {
  if (x.size() != kFieldBytes || y.size() != kFieldBytes) return KeyError::malformed;
  auto point = std::string("\x04").append(x).append(y);
  auto key = make_key(point, nullptr);
  if (!key) return KeyError::not_on_curve;
  auto members = members_of(x, y);
  if (kid.empty()) kid = jwk_thumbprint(members);
  return VerifierPtr(
      std::make_shared<Es256Verifier>(std::move(key), std::move(point), std::move(members), std::move(kid)));
}

// The verifier is made from the public part alone, so that a set of keys never holds a private one.
base::Result<SignerPtr, KeyError> signer_from_key(EvpKeyPtr key) {
  const EvpKey readable(std::move(key), EvpKey::Padding::none);
  const auto x = readable.integer(OSSL_PKEY_PARAM_EC_PUB_X, kFieldBytes);
  const auto y = readable.integer(OSSL_PKEY_PARAM_EC_PUB_Y, kFieldBytes);
  if (!x || !y) return KeyError::malformed;
  auto verifier = verifier_from_point(*x, *y, {});
  if (!verifier) return verifier.error();
  EVP_PKEY_up_ref(readable.get());
  return SignerPtr(std::make_unique<Es256Signer>(EvpKeyPtr(readable.get()), std::move(*verifier)));
}

}  // namespace

base::Result<VerifierPtr, KeyError> es256_from_jwk(const boost::json::object& jwk, std::string kid) {
  if (text_member(jwk, "crv") != "P-256") return KeyError::wrong_algorithm;
  const auto x = bytes_member(jwk, "x");
  const auto y = bytes_member(jwk, "y");
  if (!x || !y) return KeyError::malformed;
  return verifier_from_point(*x, *y, std::move(kid));
}

SignerPtr generate_es256(base::Random& random) {
  // Drawn again until it lies in 1 … n-1, which leaves the distribution even (FIPS 186-5 appendix A.2.2).
  base::Secret scalar_bytes(random.bytes(kFieldBytes));
  while (!is_scalar(scalar_bytes.expose())) scalar_bytes = base::Secret(random.bytes(kFieldBytes));
  const Number scalar(BN_secure_new());
  const Owned<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Owned<EC_POINT, EC_POINT_free> point(group ? EC_POINT_new(group.get()) : nullptr);
  std::string encoded(1 + 2 * kFieldBytes, '\0');
  if (!scalar || !point || BN_bin2bn(in(scalar_bytes.expose()), kFieldBytes, scalar.get()) == nullptr) std::abort();
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  if (EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         reinterpret_cast<unsigned char*>(encoded.data()), encoded.size(), nullptr) != encoded.size()) {
    std::abort();
  }
  auto signer = signer_from_key(make_key(encoded, scalar.get()));
  if (!signer) std::abort();
  return std::move(*signer);
}

base::Result<SignerPtr, KeyError> es256_from_private(const base::Secret& pkcs8) {
  auto key = key_from_pkcs8(pkcs8);
  if (!key) return KeyError::malformed;
  char curve[32] = {};
  if (EVP_PKEY_is_a(key.get(), "EC") != 1 ||
      EVP_PKEY_get_utf8_string_param(key.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, nullptr) != 1 ||
      std::string_view(curve) != SN_X9_62_prime256v1) {
    ERR_clear_error();
    return KeyError::wrong_algorithm;
  }
  return signer_from_key(std::move(key));
}

}  // namespace gatehouse::crypto
