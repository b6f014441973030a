#include "tests/support/software_authenticator.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <stdexcept>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::test {
namespace {

// CBOR heads of the lengths that stand here.
std::string head(unsigned type, std::size_t argument) {
  std::string out;
  if (argument < 24) {
    out.push_back(static_cast<char>((type << 5U) | argument));
  } else if (argument < 256) {
    out.push_back(static_cast<char>((type << 5U) | 24U));
    out.push_back(static_cast<char>(argument));
  } else {
    out.push_back(static_cast<char>((type << 5U) | 25U));
    out.push_back(static_cast<char>(argument >> 8U));
    out.push_back(static_cast<char>(argument & 0xFFU));
  }
  return out;
}
std::string integer(int value) {
  return value >= 0 ? head(0, static_cast<std::size_t>(value)) : head(1, static_cast<std::size_t>(-1 - value));
}
std::string bytes(std::string_view value) { return head(2, value.size()).append(value); }
std::string text(std::string_view value) { return head(3, value.size()).append(value); }

std::string number_of(EVP_PKEY* key, const char* name, std::size_t size) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) throw std::runtime_error("no such parameter");
  std::string out(size, '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size));
  BN_free(value);
  return out;
}

}  // namespace

struct SoftwareAuthenticator::Key {
  EVP_PKEY* key = nullptr;
  explicit Key(Algorithm algorithm) {
    switch (algorithm) {
      case Algorithm::es256: key = EVP_EC_gen("P-256"); break;
      case Algorithm::eddsa: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); break;
      case Algorithm::rs256: key = EVP_RSA_gen(2048); break;
    }
    if (key == nullptr) throw std::runtime_error("no key");
  }
  ~Key() { EVP_PKEY_free(key); }
};

SoftwareAuthenticator::SoftwareAuthenticator(Algorithm algorithm)
    : algorithm_(algorithm), key_(std::make_unique<Key>(algorithm)), credential_id_(base::SystemRandom().bytes(32)) {}

SoftwareAuthenticator::~SoftwareAuthenticator() = default;

std::string SoftwareAuthenticator::cose_key() const {
  switch (algorithm_) {
    case Algorithm::es256:
      return head(5, 5) + integer(1) + integer(2) + integer(3) + integer(-7) + integer(-1) + integer(1) + integer(-2) +
             bytes(number_of(key_->key, OSSL_PKEY_PARAM_EC_PUB_X, 32)) + integer(-3) +
             bytes(number_of(key_->key, OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    case Algorithm::eddsa: {
      std::array<unsigned char, 32> point{};
      std::size_t size = point.size();
      EVP_PKEY_get_raw_public_key(key_->key, point.data(), &size);
      return head(5, 4) + integer(1) + integer(1) + integer(3) + integer(-8) + integer(-1) + integer(6) + integer(-2) +
             bytes({reinterpret_cast<const char*>(point.data()), size});
    }
    case Algorithm::rs256:
      return head(5, 4) + integer(1) + integer(3) + integer(3) + integer(-257) + integer(-1) +
             bytes(number_of(key_->key, OSSL_PKEY_PARAM_RSA_N, 256)) + integer(-2) +
             bytes(std::string_view("\x01\x00\x01", 3));
  }
  return {};
}

std::string SoftwareAuthenticator::authenticator_data(const Ceremony& ceremony, bool with_credential) const {
  const unsigned flags = (ceremony.user_present ? 0x01U : 0U) | (ceremony.user_verified ? 0x04U : 0U) |
                         (ceremony.backup_eligible ? 0x08U : 0U) | (ceremony.backed_up ? 0x10U : 0U) |
                         (with_credential ? 0x40U : 0U);
  std::string data = crypto::sha256(ceremony.relying_party);
  data.push_back(static_cast<char>(flags));
  for (int shift = 24; shift >= 0; shift -= 8) data.push_back(static_cast<char>((counter >> shift) & 0xFFU));
  if (!with_credential) return data;
  data += std::string(16, '\0');
  data.push_back(static_cast<char>(credential_id_.size() >> 8U));
  data.push_back(static_cast<char>(credential_id_.size() & 0xFFU));
  return data + credential_id_ + cose_key();
}

std::string SoftwareAuthenticator::sign(std::string_view message) const {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const EVP_MD* const digest = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  const bool signed_it = EVP_DigestSignInit(context, nullptr, digest, nullptr, key_->key) == 1 &&
                         EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                                        reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
  EVP_MD_CTX_free(context);
  if (!signed_it) throw std::runtime_error("could not sign");
  signature.resize(size);
  return signature;
}

std::string client_data_json(const SoftwareAuthenticator::Ceremony& ceremony, std::string_view type) {
  std::string json = R"({"type":")" + (ceremony.type.empty() ? std::string(type) : ceremony.type) +
                     R"(","challenge":")" + base::base64url_encode(ceremony.challenge) + R"(","origin":")" +
                     ceremony.origin + "\"";
  if (!ceremony.cross_origin.empty()) json += R"(,"crossOrigin":)" + ceremony.cross_origin;
  return json + "}";
}

crypto::webauthn::RegistrationAnswer SoftwareAuthenticator::create(const Ceremony& ceremony) {
  return {.client_data_json = client_data_json(ceremony, "webauthn.create"),
          .attestation_object = head(5, 3) + text("fmt") + text("none") + text("attStmt") + head(5, 0) +
                                text("authData") + bytes(authenticator_data(ceremony, true))};
}

crypto::webauthn::AssertionAnswer SoftwareAuthenticator::get(const Ceremony& ceremony) {
  if (counts) ++counter;
  const std::string json = client_data_json(ceremony, "webauthn.get");
  const std::string data = authenticator_data(ceremony, false);
  return {.client_data_json = json, .authenticator_data = data, .signature = sign(data + crypto::sha256(json))};
}

}  // namespace gatehouse::test
