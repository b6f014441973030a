#include "crypto/jwt.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "crypto/jwt_test_support.hpp"

namespace gatehouse::crypto {
namespace {

using namespace test;

constexpr Algorithm kAll[] = {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256, Algorithm::hs256};

TEST(Jwt, accepts_what_each_algorithm_signed_and_gives_its_claims) {
  for (const Algorithm algorithm : kAll) {
    const auto verified = verify_jwt(good_token(algorithm), all_keys(), expectations(), kNow);
    ASSERT_TRUE(verified) << to_string(algorithm) << ": " << to_string(verified.error());
    EXPECT_EQ(verified->kid(), key_of(algorithm).kid());
    EXPECT_EQ(verified->subject(), "01890a5d-ac96-774b-bcce-b302099a8057");
    EXPECT_EQ(verified->jti(), "vS0mzVxyXv8rZ1e5dGlXhQ");
    EXPECT_EQ(verified->claims(), good_claims());
    EXPECT_EQ(verified->issued_at(), kNow);
    EXPECT_EQ(verified->expires_at(), kNow + std::chrono::minutes(15));
  }
}

TEST(Jwt, refuses_any_changed_character_of_any_segment) {
  for (const Algorithm algorithm : kAll) {
    const std::string token = good_token(algorithm);
    for (std::size_t i = 0; i < token.size(); i += 5) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      EXPECT_NE(outcome(changed), "ok") << to_string(algorithm) << " at " << i;
    }
  }
}

TEST(Jwt, refuses_a_signature_of_another_token) {
  const std::string a = good_token();
  auto claims = good_claims();
  claims["sub"] = "admin";
  const std::string b = sign_jwt(key_of(Algorithm::es256), "at+jwt", claims);
  EXPECT_EQ(outcome(b.substr(0, b.rfind('.')) + a.substr(a.rfind('.'))), "bad_signature");
}

TEST(Jwt, leeway_is_the_last_moment_in_both_directions) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const std::string token = good_token();
  const auto expected = expectations();
  const auto end = kNow + std::chrono::minutes(15) + expected.leeway;
  EXPECT_EQ(outcome(token, expected, end - milliseconds(1)), "ok");
  EXPECT_EQ(outcome(token, expected, end), "expired");
  EXPECT_EQ(outcome(token, expected, kNow - expected.leeway), "ok");
  EXPECT_EQ(outcome(token, expected, kNow - expected.leeway - milliseconds(1)), "not_yet_valid");
}

TEST(Jwt, accepts_typ_in_any_case_and_as_a_full_media_type) {
  const auto& key = key_of(Algorithm::es256);
  for (const char* typ : {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"}) {
    EXPECT_EQ(outcome(sign_jwt(key, typ, good_claims())), "ok") << typ;
  }
}

TEST(Jwt, an_empty_expectation_accepts_nothing) {
  auto claims = good_claims();
  claims["iss"] = "";
  claims["aud"] = "";
  const std::string token = sign_jwt(key_of(Algorithm::es256), "", claims);
  JwtExpectations nothing;
  nothing.typ = "";
  EXPECT_EQ(outcome(token, nothing), "wrong_type");
  nothing.typ = "at+jwt";
  EXPECT_EQ(outcome(sign_jwt(key_of(Algorithm::es256), "at+jwt", claims), nothing), "wrong_issuer");
  nothing.issuer = kIssuer;
  claims["iss"] = kIssuer;
  EXPECT_EQ(outcome(sign_jwt(key_of(Algorithm::es256), "at+jwt", claims), nothing), "wrong_audience");
}

TEST(Jwt, an_empty_key_set_refuses_everything) {
  const auto verified = verify_jwt(good_token(), KeySet(), expectations(), kNow);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error(), JwtError::unknown_key);
}

// Each thread has contexts of its own, keys come and go meanwhile, and a thread meets more keys than it keeps.
TEST(Jwt, signs_and_verifies_on_many_threads_at_once) {
  std::atomic<int> wrong{0};
  const std::string good[] = {good_token(Algorithm::es256), good_token(Algorithm::eddsa), good_token(Algorithm::rs256),
                              good_token(Algorithm::hs256)};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      base::SystemRandom random;
      for (int i = 0; i < 12; ++i) {
        for (const auto& token : good) wrong += outcome(token) == "ok" ? 0 : 1;
        const auto fresh = SigningKey::generate(Algorithm::es256, random);
        const auto keys = KeySet::from_keys({fresh.verification_key()});
        const auto token = sign_jwt(fresh, "at+jwt", good_claims());
        wrong += verify_jwt(token, *keys, expectations(), kNow) ? 0 : 1;
        wrong += outcome(token) == "unknown_key" ? 0 : 1;
        wrong += outcome(good_token()) == "ok" ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::crypto
