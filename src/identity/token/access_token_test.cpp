#include "identity/token/access_token.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <set>

#include "crypto/jwt.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class AccessTokens : public ::testing::Test {
 protected:
  AccessTokens() { EXPECT_TRUE(keys_.ensure()); }

  AccessGrant grant() {
    return {.account = account_,
            .session = session_,
            .roles = {"admin", "member"},
            .email_verified = true,
            .epoch = 7,
            .amr = {"pwd"},
            .auth_time = clock_.now() - 1h,
            .issued_at = clock_.now(),
            .session_expires = clock_.now() + 24h};
  }
  boost::json::object claims_of(const AccessToken& token) {
    const auto verified = crypto::verify_jwt(token.token.expose(), *keys_.snapshot()->verification,
                                             {.issuer = "https://id.example", .audience = "api"}, clock_.now());
    EXPECT_TRUE(verified);
    return verified ? verified->claims() : boost::json::object();
  }

  std::unique_ptr<test::TestDatabase> database_ = test::sqlite_in_memory();
  test::FakeRandom random_;
  base::FakeClock clock_;
  crypto::MasterKeys master_{crypto::SealingKey::generate(random_)};
  RevocationStore revocations_{15min};
  KeyManager keys_{database_->database(), master_, revocations_, {}, clock_, random_};
  AccessTokenIssuer issuer_{{.issuer = "https://id.example", .audience = "api"}, keys_, random_};
  contract::AccountId account_{base::Uuid::v7(clock_, random_)};
  contract::SessionId session_{base::Uuid::random(random_)};
};

TEST_F(AccessTokens, hold_the_claims_of_rfc_9068_and_no_personal_data) {
  auto claims = claims_of(issuer_.issue(grant()));
  const auto now = base::to_unix_seconds(clock_.now());
  EXPECT_EQ(claims.at("jti").as_string().size(), 22U);
  claims.erase("jti");
  // All of it: whatever else would stand there is more than a token may say.
  const boost::json::object expected{{"iss", "https://id.example"},
                                     {"sub", account_.to_string()},
                                     {"aud", "api"},
                                     {"client_id", "gatehouse"},
                                     {"iat", now},
                                     {"exp", now + 900},
                                     {"sid", session_.to_string()},
                                     {"scope", ""},
                                     {"roles", {"admin", "member"}},
                                     {"email_verified", true},
                                     {"auth_time", now - 3600},
                                     {"acr", "urn:gatehouse:acr:1fa"},
                                     {"amr", {"pwd"}},
                                     {"epoch", 7}};
  EXPECT_EQ(claims, expected) << boost::json::serialize(claims);
}

TEST_F(AccessTokens, end_no_later_than_the_session) {
  auto short_lived = grant();
  short_lived.session_expires = clock_.now() + 90s;
  const auto token = issuer_.issue(short_lived);
  EXPECT_EQ(token.expires_in, 90s);
  EXPECT_EQ(claims_of(token).at("exp").to_number<std::int64_t>(), base::to_unix_seconds(clock_.now()) + 90);
}

TEST_F(AccessTokens, count_their_life_from_the_transaction_and_not_from_the_signature) {
  const auto granted = grant();
  clock_.advance(30s);  // the signer was busy
  EXPECT_EQ(claims_of(issuer_.issue(granted)).at("iat").to_number<std::int64_t>(),
            base::to_unix_seconds(granted.issued_at));
}

TEST_F(AccessTokens, never_share_a_jti) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.emplace(claims_of(issuer_.issue(grant())).at("jti").as_string());
  EXPECT_EQ(seen.size(), 100U);
}

TEST_F(AccessTokens, say_when_more_than_one_factor_was_shown) {
  auto granted = grant();
  granted.amr = {"pwd", "otp", "mfa"};
  EXPECT_EQ(claims_of(issuer_.issue(granted)).at("acr").as_string(), "urn:gatehouse:acr:2fa");
}

}  // namespace
}  // namespace gatehouse::identity
