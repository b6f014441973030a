#include "crypto/key_set.hpp"

#include <gtest/gtest.h>

#include "crypto/jwt_test_support.hpp"

namespace gatehouse::crypto {
namespace {

using namespace test;

// The RSA key of RFC 7638 section 3.1: 2048 bits.
constexpr const char* kRsa2048 =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknjhMs"
    "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
    "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5haj"
    "rn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

std::string refusal(const boost::json::object& jwk, Algorithm algorithm) {
  const auto key = VerificationKey::from_jwk(jwk, algorithm);
  return key ? "accepted" : to_string(key.error());
}

TEST(KeySet, finds_a_key_by_its_exact_kid) {
  for (const auto& key : all_keys().keys()) {
    ASSERT_NE(all_keys().find(key.kid()), nullptr);
    EXPECT_EQ(all_keys().find(key.kid())->algorithm(), key.algorithm());
    EXPECT_EQ(all_keys().find(key.kid() + "x"), nullptr);
  }
  EXPECT_EQ(all_keys().find(""), nullptr);
}

TEST(KeySet, T17_refuses_two_keys_of_one_kid) {
  const auto& key = key_of(Algorithm::es256);
  const auto set = KeySet::from_keys({key.verification_key(), key.verification_key()});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error(), KeyError::duplicate_kid);
}

TEST(KeySet, T17_jwks_holds_public_members_alone) {
  const auto jwks = all_keys().to_jwks();
  ASSERT_EQ(jwks.size(), 1U);
  const auto& keys = jwks.at("keys").as_array();
  ASSERT_EQ(keys.size(), 3U);  // all but HS256
  for (const auto& key : keys) {
    for (const auto& member : key.as_object()) {
      const std::string_view name = member.key();
      EXPECT_TRUE(name == "kty" || name == "crv" || name == "x" || name == "y" || name == "n" || name == "e" ||
                  name == "kid" || name == "alg" || name == "use")
          << name;
    }
    EXPECT_NE(key.at("kty"), "oct");
    EXPECT_EQ(key.at("use"), "sig");
  }
  EXPECT_EQ(keys[2].at("n").as_string().size(), 512U);  // 3072 bits
  EXPECT_TRUE(key_of(Algorithm::hs256).public_jwk().empty());
  EXPECT_EQ(KeySet().to_jwks().at("keys").as_array().size(), 0U);
}

TEST(KeySet, what_jwks_publishes_verifies_what_was_signed) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    const auto& key = key_of(algorithm);
    const auto published = VerificationKey::from_jwk(key.public_jwk(), algorithm);
    ASSERT_TRUE(published);
    EXPECT_EQ(published->kid(), key.kid());
    EXPECT_TRUE(published->verify("text", key.sign("text")));
    auto nameless = key.public_jwk();
    nameless.erase("kid");
    const auto renamed = VerificationKey::from_jwk(nameless, algorithm);
    ASSERT_TRUE(renamed);
    EXPECT_EQ(renamed->kid(), key.kid());
  }
}

TEST(VerificationKey, T17_refuses_jwks_with_private_or_symmetric_members) {
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    auto jwk = key_of(Algorithm::es256).public_jwk();
    jwk[name] = "AA";
    EXPECT_EQ(refusal(jwk, Algorithm::es256), "holds_private_key") << name;
  }
  EXPECT_EQ(refusal({{"kty", "oct"}, {"k", std::string(43, 'A')}}, Algorithm::hs256), "holds_private_key");
  EXPECT_EQ(refusal({{"kty", "oct"}}, Algorithm::hs256), "wrong_algorithm");
}

TEST(VerificationKey, T17_refuses_rsa_other_than_3072_bits) {
  EXPECT_EQ(refusal({{"kty", "RSA"}, {"n", kRsa2048}, {"e", "AQAB"}}, Algorithm::rs256), "weak");
  auto jwk = key_of(Algorithm::rs256).public_jwk();
  jwk["e"] = "AQ";
  EXPECT_EQ(refusal(jwk, Algorithm::rs256), "weak");
  jwk["e"] = "AQAB";
  jwk["n"] = base::base64url_encode('\0' + base::base64url_decode(jwk["n"].as_string()).value());
  EXPECT_EQ(refusal(jwk, Algorithm::rs256), "weak");
}

TEST(VerificationKey, refuses_a_key_of_another_kind_than_the_algorithm) {
  for (const auto has : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    for (const auto wants : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256, Algorithm::hs256}) {
      auto jwk = key_of(has).public_jwk();
      jwk.erase("alg");
      EXPECT_EQ(refusal(jwk, wants), has == wants ? "accepted" : "wrong_algorithm");
    }
  }
  auto jwk = key_of(Algorithm::es256).public_jwk();
  jwk["use"] = "enc";
  EXPECT_EQ(refusal(jwk, Algorithm::es256), "wrong_algorithm");
  jwk = key_of(Algorithm::es256).public_jwk();
  jwk["crv"] = "P-384";
  EXPECT_EQ(refusal(jwk, Algorithm::es256), "wrong_algorithm");
}

TEST(VerificationKey, refuses_points_that_are_not_on_the_curve) {
  auto jwk = key_of(Algorithm::es256).public_jwk();
  std::string y = base::base64url_decode(jwk["y"].as_string()).value();
  y.back() = static_cast<char>(y.back() ^ 1);
  jwk["y"] = base::base64url_encode(y);
  EXPECT_EQ(refusal(jwk, Algorithm::es256), "not_on_curve");
  jwk["y"] = base::base64url_encode(y + '\0');
  EXPECT_EQ(refusal(jwk, Algorithm::es256), "malformed");
  jwk.erase("y");
  EXPECT_EQ(refusal(jwk, Algorithm::es256), "malformed");
  // Ed25519's neutral element: a point of small order, under which one signature fits any text.
  const std::string neutral = '\x01' + std::string(31, '\0');
  EXPECT_EQ(refusal({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base::base64url_encode(neutral)}}, Algorithm::eddsa),
            "not_on_curve");
}

TEST(VerificationKey, refuses_a_kid_that_is_no_short_text) {
  auto jwk = key_of(Algorithm::es256).public_jwk();
  for (const boost::json::value& kid : {boost::json::value(""), boost::json::value(5), boost::json::value(nullptr),
                                        boost::json::value(std::string(129, 'k'))}) {
    jwk["kid"] = kid;
    EXPECT_EQ(refusal(jwk, Algorithm::es256), "wrong_kid");
  }
}

}  // namespace
}  // namespace gatehouse::crypto
