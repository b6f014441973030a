#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "crypto/jwt_test_support.hpp"
#include "crypto/mac.hpp"

// The negative cases of tokens; each test carries the id of its row.
namespace gatehouse::crypto {
namespace {

using namespace test;

const SigningKey& es256() { return key_of(Algorithm::es256); }

std::string without_signature(const boost::json::object& header) {
  return base::base64url_encode(boost::json::serialize(header)) + "." +
         base::base64url_encode(boost::json::serialize(good_claims()));
}

std::string outcome_of_header(boost::json::object header) {
  return outcome(sign_objects(es256(), header, good_claims()));
}

// T01
TEST(Jwt, T01_refuses_alg_none_in_any_spelling) {
  for (const char* alg : {"none", "None", "NONE", "nOnE", ""}) {
    auto header = good_header(es256());
    header["alg"] = alg;
    EXPECT_EQ(outcome(without_signature(header) + "."), "wrong_algorithm") << alg;
    EXPECT_EQ(outcome(without_signature(header)), "not_three_segments") << alg;
    EXPECT_EQ(outcome_of_header(header), "wrong_algorithm") << alg;
    header.erase("kid");
    EXPECT_EQ(outcome(without_signature(header) + "."), "unknown_key") << alg;
  }
}

// T01
TEST(Jwt, T01_refuses_an_empty_signature_for_every_algorithm) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256, Algorithm::hs256}) {
    EXPECT_EQ(outcome(without_signature(good_header(key_of(algorithm))) + "."), "bad_signature");
  }
}

// T02
TEST(Jwt, T02_refuses_hs256_token_made_with_a_public_key_as_secret) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    const auto& key = key_of(algorithm);
    const auto jwk = key.public_jwk();
    const char* member = algorithm == Algorithm::rs256 ? "n" : "x";
    const std::string value(jwk.at(member).as_string());
    for (const std::string& secret : {boost::json::serialize(jwk), value, *base::base64url_decode(value)}) {
      auto header = good_header(key);
      header["alg"] = "HS256";
      std::string token = without_signature(header);
      token += "." + base::base64url_encode(hmac_sha256(base::Secret(std::string_view(secret)), token));
      EXPECT_EQ(outcome(token), "wrong_algorithm");
      // Nor when the header goes on naming the key's own algorithm.
      token = without_signature(good_header(key));
      token += "." + base::base64url_encode(hmac_sha256(base::Secret(std::string_view(secret)), token));
      EXPECT_EQ(outcome(token), "bad_signature");
    }
  }
}

// T02
TEST(Jwt, T02_refuses_every_algorithm_but_the_keys_own) {
  for (const char* alg : {"ES384", "ES512", "ES256K", "EdDSA", "RS256", "PS256", "HS256", "HS384", "es256"}) {
    auto header = good_header(es256());
    header["alg"] = alg;
    EXPECT_EQ(outcome_of_header(header), "wrong_algorithm") << alg;
  }
}

// T03
TEST(Jwt, T03_refuses_a_key_that_the_token_brings_along) {
  base::SystemRandom random;
  const auto attacker = SigningKey::generate(Algorithm::es256, random);
  auto header = good_header(attacker);
  EXPECT_EQ(outcome(sign_objects(attacker, header, good_claims())), "unknown_key");
  header["jwk"] = attacker.public_jwk();
  EXPECT_EQ(outcome(sign_objects(attacker, header, good_claims())), "bad_header");
  header["kid"] = es256().kid();
  EXPECT_EQ(outcome(sign_objects(attacker, header, good_claims())), "bad_header");
  header.erase("jwk");
  EXPECT_EQ(outcome(sign_objects(attacker, header, good_claims())), "bad_signature");
}

// T04, T15: refused before anything could be fetched, inflated or understood, though validly signed.
TEST(Jwt, T04_refuses_every_header_member_that_points_or_extends) {
  for (const char* member :
       {"jku", "x5u", "x5c", "x5t", "x5t#S256", "jwk", "crit", "zip", "b64", "enc", "p2c", "epk", "unheard-of"}) {
    for (const boost::json::value& value :
         {boost::json::value("http://127.0.0.1:9/jwks"), boost::json::value("file:///etc/passwd"),
          boost::json::value(boost::json::array{"exp"}), boost::json::value(nullptr)}) {
      auto header = good_header(es256());
      header[member] = value;
      EXPECT_EQ(outcome_of_header(header), "bad_header") << member;
    }
  }
}

// T05
TEST(Jwt, T05_takes_a_kid_as_a_name_in_the_set_and_nothing_else) {
  for (const std::string& kid : {std::string("../../../../dev/null"), std::string("' OR 1=1 --"), std::string(),
                                 std::string(5000, 'k'), es256().kid() + std::string(1, '\0'), es256().kid() + " "}) {
    auto header = good_header(es256());
    header["kid"] = kid;
    EXPECT_EQ(outcome_of_header(header), "unknown_key") << kid;
  }
  auto header = good_header(es256());
  header["kid"] = std::string(100'000, 'k');
  EXPECT_EQ(outcome_of_header(header), "too_large");
  for (const boost::json::value& kid :
       {boost::json::value(boost::json::array{es256().kid()}), boost::json::value(1), boost::json::value(nullptr)}) {
    header["kid"] = kid;
    EXPECT_EQ(outcome_of_header(header), "bad_header");
  }
  header.erase("kid");
  EXPECT_EQ(outcome_of_header(header), "unknown_key");
}

// T07
TEST(Jwt, T07_refuses_an_exp_that_is_missing_or_no_sane_whole_number) {
  EXPECT_EQ(outcome_without("exp"), "bad_claims");
  for (const boost::json::value& exp :
       {boost::json::value("1800000900"), boost::json::value(1800000900.5), boost::json::value(1.8e9),
        boost::json::value(-1), boost::json::value(0), boost::json::value(nullptr), boost::json::value(true),
        boost::json::value(1e300), boost::json::value(253'402'300'800), boost::json::value(INT64_MAX),
        boost::json::value(UINT64_MAX), boost::json::value(boost::json::array{1800000900}),
        boost::json::value(kNowSeconds)}) {
    EXPECT_EQ(outcome_with("exp", exp), "bad_claims") << boost::json::serialize(exp);
  }
  auto text = boost::json::serialize(good_claims());
  text.replace(text.find("1800000900"), 10, "1e400");
  EXPECT_EQ(outcome(sign_texts(es256(), boost::json::serialize(good_header(es256())), text)), "bad_json");
}

// T07
TEST(Jwt, T07_refuses_expired_and_not_yet_valid_tokens) {
  auto claims = good_claims();
  claims["iat"] = kNowSeconds - 900;
  claims["exp"] = kNowSeconds - 6;
  EXPECT_EQ(outcome_of_claims(claims), "expired");
  EXPECT_EQ(outcome_with("nbf", kNowSeconds + 6), "not_yet_valid");
  EXPECT_EQ(outcome_with("nbf", kNowSeconds), "ok");
  EXPECT_EQ(outcome_with("iat", kNowSeconds + 6), "not_yet_valid");
  EXPECT_EQ(outcome_with("nbf", "1800000000"), "bad_claims");
  EXPECT_EQ(outcome_with("nbf", -1), "bad_claims");
  EXPECT_EQ(outcome_without("iat"), "bad_claims");
  EXPECT_EQ(outcome_with("iat", "1800000000"), "bad_claims");
}

TEST(Jwt, T07_refuses_tokens_without_a_subject_or_a_jti) {
  for (const char* name : {"sub", "jti"}) {
    EXPECT_EQ(outcome_without(name), "bad_claims") << name;
    EXPECT_EQ(outcome_with(name, ""), "bad_claims") << name;
    EXPECT_EQ(outcome_with(name, 7), "bad_claims") << name;
    EXPECT_EQ(outcome_with(name, boost::json::array{"a"}), "bad_claims") << name;
  }
}

// T08
TEST(Jwt, T08_refuses_tokens_made_for_another_purpose) {
  for (const char* typ : {"JWT", "jwt", "logout+jwt", "application/logout+jwt", "refresh+jwt", "at+jwtx", "t+jwt", "",
                          "application/", "application/application/at+jwt", "text/at+jwt", " at+jwt"}) {
    EXPECT_EQ(outcome(sign_jwt(es256(), typ, good_claims())), "wrong_type") << typ;
  }
  auto header = good_header(es256());
  header.erase("typ");
  EXPECT_EQ(outcome_of_header(header), "wrong_type");
  header["typ"] = boost::json::array{"at+jwt"};
  EXPECT_EQ(outcome_of_header(header), "bad_header");
  auto id_token = expectations();
  id_token.typ = "JWT";
  EXPECT_EQ(outcome(good_token(), id_token), "wrong_type");
}

// T09
TEST(Jwt, T09_accepts_our_audience_alone) {
  EXPECT_EQ(outcome_with("aud", boost::json::array{"gatehouse"}), "ok");
  EXPECT_EQ(outcome_without("aud"), "wrong_audience");
  boost::json::array nested;  // not array{array{…}}: whether that nests or copies is the compiler's choice (CWG 2137)
  nested.emplace_back(boost::json::array{"gatehouse"});
  for (const boost::json::value& aud :
       {boost::json::value("other"), boost::json::value("Gatehouse"), boost::json::value("gatehouse "),
        boost::json::value("gatehous"), boost::json::value(""), boost::json::value(boost::json::array{}),
        boost::json::value(boost::json::array{"gatehouse", "other"}),
        boost::json::value(boost::json::array{"gatehouse", "gatehouse"}), boost::json::value(nested),
        boost::json::value(boost::json::object{{"gatehouse", true}}), boost::json::value(nullptr)}) {
    EXPECT_EQ(outcome_with("aud", aud), "wrong_audience") << boost::json::serialize(aud);
  }
}

// T10
TEST(Jwt, T10_compares_the_issuer_in_full) {
  const std::string issuer(kIssuer);
  for (const std::string& iss : {issuer + "/", issuer + ".evil.test", "x" + issuer, issuer.substr(0, issuer.size() - 1),
                                 std::string("HTTPS://LOGIN.EXAMPLE.TEST"), std::string("https://login.example.TEST"),
                                 std::string(), issuer + " "}) {
    EXPECT_EQ(outcome_with("iss", boost::json::value(iss)), "wrong_issuer") << iss;
  }
  EXPECT_EQ(outcome_without("iss"), "wrong_issuer");
  EXPECT_EQ(outcome_with("iss", boost::json::array{issuer}), "wrong_issuer");
}

// T11
TEST(Jwt, T11_refuses_duplicate_members_in_header_and_payload) {
  const auto header = boost::json::serialize(good_header(es256()));
  const auto payload = boost::json::serialize(good_claims());
  ASSERT_EQ(outcome(sign_texts(es256(), header, payload)), "ok");
  EXPECT_EQ(outcome(sign_texts(es256(), header, R"({"sub":"admin",)" + payload.substr(1))), "bad_json");
  EXPECT_EQ(outcome(sign_texts(es256(), header, R"({"s\u0075b":"admin",)" + payload.substr(1))), "bad_json");
  EXPECT_EQ(outcome(sign_texts(es256(), R"({"alg":"none",)" + header.substr(1), payload)), "bad_json");
}

TEST(Jwt, T11_refuses_what_is_not_one_strict_json_object) {
  const auto header = boost::json::serialize(good_header(es256()));
  const auto payload = boost::json::serialize(good_claims());
  for (const std::string& bad : {payload + "x", payload + payload, std::string("[]"), std::string("null"),
                                 std::string(), "/**/" + payload, std::string("{\"a\":\"\xff\"}")}) {
    EXPECT_EQ(outcome(sign_texts(es256(), header, bad)), "bad_json") << bad;
    EXPECT_EQ(outcome(sign_texts(es256(), bad, payload)), "bad_json") << bad;
  }
}

// T13: every one of them signed validly over its own text, so that only the encoding is wrong.
TEST(Jwt, T13_refuses_base64url_that_is_not_canonical) {
  const auto header = base::base64url_encode(boost::json::serialize(good_header(es256())));
  auto claims = good_claims();
  while (boost::json::serialize(claims).size() % 3 != 1) claims["sub"] = std::string(claims["sub"].as_string()) + "x";
  const auto payload = base::base64url_encode(boost::json::serialize(claims));
  const auto signed_as = [](const std::string& h, const std::string& p) {
    return outcome(h + "." + p + "." + base::base64url_encode(es256().sign(h + "." + p)));
  };
  ASSERT_EQ(signed_as(header, payload), "ok");
  std::string unused_bits = payload;
  ++unused_bits.back();
  EXPECT_EQ(signed_as(header, unused_bits), "bad_encoding");
  for (const char* tail : {"=", "==", " ", "\n", "+", "/", "+A==", "\t", "%3d"}) {
    EXPECT_EQ(signed_as(header, payload + tail), "bad_encoding") << tail;
    EXPECT_EQ(signed_as(header + tail, payload), "bad_encoding") << tail;
    EXPECT_EQ(outcome(good_token() + tail), "bad_encoding") << tail;
  }
  EXPECT_EQ(outcome(" " + good_token()), "bad_encoding");
}

// T14
TEST(Jwt, T14_refuses_too_large_tokens_before_decoding_any) {
  EXPECT_EQ(outcome(std::string(1'000'000, '.')), "too_large");
  EXPECT_EQ(outcome(std::string(500'000, 'A') + ".A.A"), "too_large");
  EXPECT_EQ(outcome(std::string(kMaxTokenBytes + 1, 'A')), "too_large");
  EXPECT_EQ(outcome(std::string(kMaxTokenBytes, '.')), "not_three_segments");
  for (const char* text : {"", ".", "..", "...", "a.b", "a.b.c.d", "a.b.c.d.e"}) EXPECT_NE(outcome(text), "ok") << text;
}

// T14
TEST(Jwt, T14_refuses_deep_json_in_bounded_time) {
  const auto header = boost::json::serialize(good_header(es256()));
  const std::string deep = std::string(2900, '[') + std::string(2900, ']');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(sign_texts(es256(), deep.substr(0, 5000), "{}")), "bad_json");
  EXPECT_EQ(outcome(sign_texts(es256(), header, R"({"a":)" + deep.substr(0, 2900) + "}")), "bad_json");
  EXPECT_EQ(outcome(sign_texts(es256(), header, R"({"a":[[[[[[[[1]]]]]]]]})")), "bad_json");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

}  // namespace
}  // namespace gatehouse::crypto
