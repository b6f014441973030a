#pragma once

#include <boost/json/serialize.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "crypto/jwt.hpp"
#include "platform/base/encoding.hpp"

// What the tests of tokens share: one key of each algorithm, and tokens put together by hand, as an attacker would.
namespace gatehouse::crypto::test {

inline constexpr std::string_view kIssuer = "https://login.example.test";
inline constexpr std::int64_t kNowSeconds = 1'800'000'000;
inline const base::TimePoint kNow{std::chrono::seconds(kNowSeconds)};

inline const SigningKey& key_of(Algorithm algorithm) {
  static base::SystemRandom random;
  static const SigningKey keys[] = {
      SigningKey::generate(Algorithm::es256, random), SigningKey::generate(Algorithm::eddsa, random),
      SigningKey::generate(Algorithm::rs256, random), SigningKey::generate(Algorithm::hs256, random)};
  return keys[static_cast<std::size_t>(algorithm)];
}

inline const KeySet& all_keys() {
  static const KeySet set =
      *KeySet::from_keys({key_of(Algorithm::es256).verification_key(), key_of(Algorithm::eddsa).verification_key(),
                          key_of(Algorithm::rs256).verification_key(), key_of(Algorithm::hs256).verification_key()});
  return set;
}

inline JwtExpectations expectations() {
  JwtExpectations expected;
  expected.issuer = kIssuer;
  expected.audience = "gatehouse";
  return expected;
}

inline boost::json::object good_claims() {
  return {{"iss", "https://login.example.test"}, {"aud", "gatehouse"}, {"sub", "01890a5d-ac96-774b-bcce-b302099a8057"},
          {"jti", "vS0mzVxyXv8rZ1e5dGlXhQ"},     {"iat", kNowSeconds}, {"exp", kNowSeconds + 900}};
}

inline boost::json::object good_header(const SigningKey& key) {
  return {{"alg", to_string(key.algorithm())}, {"typ", "at+jwt"}, {"kid", key.kid()}};
}

// A token of exactly these texts, signed validly over them whatever they are.
inline std::string sign_texts(const SigningKey& key, std::string_view header, std::string_view payload) {
  std::string input = base::base64url_encode(header) + "." + base::base64url_encode(payload);
  const std::string signature = base::base64url_encode(key.sign(input));
  return input + "." + signature;
}

inline std::string sign_objects(const SigningKey& key, const boost::json::object& header,
                                const boost::json::object& claims) {
  return sign_texts(key, boost::json::serialize(header), boost::json::serialize(claims));
}

inline std::string good_token(Algorithm algorithm = Algorithm::es256) {
  return sign_jwt(key_of(algorithm), "at+jwt", good_claims());
}

// "ok", or the name of the error: what assertions compare.
inline std::string outcome(std::string_view token, const JwtExpectations& expected = expectations(),
                           base::TimePoint now = kNow) {
  const auto verified = verify_jwt(token, all_keys(), expected, now);
  return verified ? "ok" : to_string(verified.error());
}

inline std::string outcome_of_claims(const boost::json::object& claims) {
  return outcome(sign_jwt(key_of(Algorithm::es256), "at+jwt", claims));
}

inline std::string outcome_with(const char* name, boost::json::value value) {
  auto claims = good_claims();
  claims[name] = std::move(value);
  return outcome_of_claims(claims);
}

inline std::string outcome_without(const char* name) {
  auto claims = good_claims();
  claims.erase(name);
  return outcome_of_claims(claims);
}

}  // namespace gatehouse::crypto::test
