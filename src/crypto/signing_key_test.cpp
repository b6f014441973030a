#include "crypto/signing_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/jwt_test_support.hpp"

namespace gatehouse::crypto {
namespace {

using namespace test;

constexpr Algorithm kAll[] = {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256, Algorithm::hs256};

std::string bytes(std::string_view base64url) { return base::base64url_decode(base64url).value(); }

std::string order_of_p256() {
  return std::string(
      "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
      "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51",
      32);
}

TEST(Algorithm, knows_four_names_and_no_other) {
  for (const auto algorithm : kAll) EXPECT_EQ(parse_algorithm(to_string(algorithm)), algorithm);
  for (const char* name : {"", "none", "None", "es256", "ES256 ", "ES384", "EDDSA", "HS512", "PS256"}) {
    EXPECT_FALSE(parse_algorithm(name)) << name;
  }
}

TEST(SigningKey, comes_back_from_its_private_bytes) {
  for (const auto algorithm : kAll) {
    const auto& key = key_of(algorithm);
    const auto again = SigningKey::from_private_bytes(algorithm, key.private_bytes(), key.kid());
    ASSERT_TRUE(again) << to_string(algorithm);
    EXPECT_EQ(again->kid(), key.kid());
    EXPECT_EQ(again->public_jwk(), key.public_jwk());
    EXPECT_TRUE(key.verification_key().verify("text", again->sign("text")));
    EXPECT_FALSE(key.verification_key().verify("Text", again->sign("text")));
  }
}

TEST(SigningKey, refuses_private_bytes_of_another_kind_or_broken_ones) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    for (const auto other : kAll) {
      if (other == algorithm) continue;
      // An HS256 secret has the length of an Ed25519 seed: both are any 32 bytes.
      if (algorithm == Algorithm::eddsa && other == Algorithm::hs256) continue;
      EXPECT_FALSE(SigningKey::from_private_bytes(algorithm, key_of(other).private_bytes()))
          << to_string(algorithm) << " from " << to_string(other);
    }
    const auto good = key_of(algorithm).private_bytes();
    EXPECT_FALSE(SigningKey::from_private_bytes(algorithm, base::Secret(std::string_view())));
    EXPECT_FALSE(SigningKey::from_private_bytes(algorithm, base::Secret(good.expose().substr(1))));
    EXPECT_FALSE(SigningKey::from_private_bytes(algorithm, base::Secret(std::string(good.expose()) + "x")));
    const auto wrong = SigningKey::from_private_bytes(algorithm, good, "another-kid");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error(), KeyError::wrong_kid);
  }
}

TEST(SigningKey, refuses_weak_shared_secrets_and_ones_without_a_name) {
  const base::Secret weak(std::string(31, 's'));
  const auto refused = SigningKey::from_private_bytes(Algorithm::hs256, weak, "kid");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), KeyError::weak);
  const auto nameless = SigningKey::from_private_bytes(Algorithm::hs256, base::Secret(std::string(32, 's')));
  ASSERT_FALSE(nameless);
  EXPECT_EQ(nameless.error(), KeyError::wrong_kid);
}

// RFC 7515 appendix A.3
TEST(VerificationKey, verifies_the_es256_vector_of_rfc_7515) {
  const boost::json::object jwk{{"kty", "EC"},
                                {"crv", "P-256"},
                                {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                                {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};
  const auto key = VerificationKey::from_jwk(jwk, Algorithm::es256);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->verify(
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
      "lfQ",
      bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")));
}

// RFC 8037 appendices A.1 to A.4
TEST(VerificationKey, signs_and_verifies_the_ed25519_vector_of_rfc_8037) {
  const base::Secret seed(bytes("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
  const auto key = SigningKey::from_private_bytes(Algorithm::eddsa, seed);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  EXPECT_EQ(key->public_jwk().at("x"), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  EXPECT_EQ(key->sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"),
            bytes("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
}

// RFC 7515 appendix A.1
TEST(VerificationKey, verifies_the_hs256_vector_of_rfc_7515) {
  const base::Secret secret(
      bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
  const auto key = VerificationKey::from_shared_secret(secret, "shared");
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->verify(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmN"
      "vbS9pc19yb290Ijp0cnVlfQ",
      bytes("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
}

// T12: CVE-2022-21449 and its kin.
TEST(VerificationKey, T12_refuses_es256_scalars_outside_1_to_n_minus_1) {
  const auto key = key_of(Algorithm::es256).verification_key();
  const std::string good = key_of(Algorithm::es256).sign("text");
  const std::string r = good.substr(0, 32);
  const std::string s = good.substr(32);
  const std::string zero(32, '\0');
  const std::string n = order_of_p256();
  const std::string all_ones(32, '\xFF');
  std::string one = zero;
  one.back() = '\x01';
  std::string n_minus_1 = n;
  --n_minus_1.back();
  ASSERT_TRUE(key.verify("text", good));
  for (const auto& scalar : {zero, n, all_ones, one, n_minus_1}) {
    EXPECT_FALSE(key.verify("text", scalar + scalar));
    EXPECT_FALSE(key.verify("text", r + scalar));
    EXPECT_FALSE(key.verify("text", scalar + s));
  }
}

// T12
TEST(VerificationKey, T12_refuses_es256_in_der_and_of_any_other_length) {
  const auto key = key_of(Algorithm::es256).verification_key();
  const std::string good = key_of(Algorithm::es256).sign("text");
  ASSERT_EQ(good.size(), 64U);
  const auto integer = [](std::string value) {
    value.insert(0, 1, '\0');
    return std::string("\x02\x21") + value;
  };
  const std::string content = integer(good.substr(0, 32)) + integer(good.substr(32));
  EXPECT_FALSE(key.verify("text", std::string("\x30") + static_cast<char>(content.size()) + content));
  EXPECT_FALSE(key.verify("text", good + '\0'));
  EXPECT_FALSE(key.verify("text", '\0' + good));
  EXPECT_FALSE(key.verify("text", good.substr(0, 63)));
  EXPECT_FALSE(key.verify("text", good + good));
  EXPECT_FALSE(key.verify("text", ""));
}

TEST(VerificationKey, T12_refuses_trailing_bytes_and_malleable_s_for_the_other_algorithms) {
  for (const auto algorithm : {Algorithm::eddsa, Algorithm::rs256, Algorithm::hs256}) {
    const std::string good = key_of(algorithm).sign("text");
    const auto key = key_of(algorithm).verification_key();
    ASSERT_TRUE(key.verify("text", good));
    EXPECT_FALSE(key.verify("text", good + '\0'));
    EXPECT_FALSE(key.verify("text", '\0' + good));
    EXPECT_FALSE(key.verify("text", good.substr(0, good.size() - 1)));
    EXPECT_FALSE(key.verify("text", std::string(good.size(), '\0')));
  }
  // Ed25519: S + L is the same number modulo the group's order (little-endian, RFC 8032 section 5.1.7).
  constexpr unsigned char kOrder[] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                      0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  std::string malleable = key_of(Algorithm::eddsa).sign("text");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(malleable[32 + i]) + kOrder[i];
    malleable[32 + i] = static_cast<char>(carry & 0xFFU);
    carry >>= 8U;
  }
  EXPECT_FALSE(key_of(Algorithm::eddsa).verification_key().verify("text", malleable));
}

}  // namespace
}  // namespace gatehouse::crypto
