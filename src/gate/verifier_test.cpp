#include "gate/verifier.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <string>

#include "gate/tokens_test.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::gate {
namespace {

using Kind = contract::Revocation::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

class VerifierTest : public testing::Test {
 protected:
  VerifierTest() {
    verifier.set_keys(test::key_set({&key}));
    verifier.feed_is_fresh();
  }
  [[nodiscard]] std::string token(std::string_view jti = "jti-1") const {
    return crypto::sign_jwt(key, "at+jwt", test::claims_at(clock.now(), jti));
  }
  // A token of ours but for one claim.
  template <class Value>
  [[nodiscard]] std::string token_with(std::string_view claim, Value value) const {
    auto claims = test::claims_at(clock.now());
    claims[claim] = value;
    return crypto::sign_jwt(key, "at+jwt", claims);
  }
  [[nodiscard]] std::string token_without(std::string_view claim) const {
    auto claims = test::claims_at(clock.now());
    claims.erase(claim);
    return crypto::sign_jwt(key, "at+jwt", claims);
  }
  std::string verdict(std::string_view text) {
    const auto verified = verifier.verify(text, clock.now());
    return kReasonNames[static_cast<std::size_t>(verified ? Reason::allowed : verified.error())];
  }
  void advance(seconds by) {
    clock.advance(by);
    verifier.feed_is_fresh();
  }

  base::FakeClock clock;
  const crypto::SigningKey key = test::new_key();
  Verifier verifier{test::verifier_options(), clock};
};

TEST_F(VerifierTest, a_good_token_says_who_is_calling) {
  const auto verified = verifier.verify(token(), clock.now());
  ASSERT_TRUE(verified);
  const auto& principal = *(*verified)->principal;
  EXPECT_EQ(principal.account.to_string(), test::kAccount);
  EXPECT_EQ(principal.session.to_string(), test::kSession);
  EXPECT_EQ(principal.client_id, "web");
  EXPECT_EQ(principal.roles, (std::vector<std::string>{"member", "editor"}));
  EXPECT_EQ(principal.scopes, (std::vector<std::string>{"read", "write"}));
  EXPECT_EQ(principal.amr, std::vector<std::string>{"pwd"});
  EXPECT_EQ((*verified)->headers,
            "X-Auth-Subject: 01890000-0000-7000-8000-00000000000a\r\n"
            "X-Auth-Session: 11111111-2222-4333-8444-555555555555\r\n"
            "X-Auth-Roles: member,editor\r\nX-Auth-Scope: read write\r\n");
}

TEST_F(VerifierTest, a_token_seen_before_needs_no_signature_check) {
  const auto text = token();
  EXPECT_EQ(verifier.recall(text), nullptr);
  ASSERT_EQ(verdict(text), "allowed");
  EXPECT_NE(verifier.recall(text), nullptr);
  EXPECT_EQ(verdict(text), "allowed");
}

TEST_F(VerifierTest, a_bad_token_is_never_remembered) {
  const auto text = token() + "x";
  EXPECT_EQ(verdict(text), "bad_token");
  EXPECT_EQ(verifier.recall(text), nullptr);
}

TEST_F(VerifierTest, a_remembered_token_expires_all_the_same) {
  const auto text = token();
  ASSERT_EQ(verdict(text), "allowed");
  advance(seconds(904));
  EXPECT_EQ(verdict(text), "allowed") << "within the leeway of 5 s";
  advance(seconds(1));
  EXPECT_EQ(verdict(text), "expired");
  EXPECT_EQ(verdict(text), "expired") << "and is no longer remembered";
}

TEST_F(VerifierTest, S04_each_kind_of_revocation_ends_a_remembered_token_at_once) {
  const auto now = clock.now();
  const auto session = contract::SessionId::parse(test::kSession);
  const auto account = contract::AccountId::parse(test::kAccount);
  for (const auto& row : {test::revoked(Kind::session, std::string(session->bytes()), now),
                          test::revoked(Kind::account, std::string(account->bytes()), now, 4),
                          test::revoked(Kind::token, "jti-1", now), test::revoked(Kind::key, key.kid(), now)}) {
    Verifier fresh(test::verifier_options(), clock);
    fresh.set_keys(test::key_set({&key}));
    fresh.feed_is_fresh();
    const auto text = token();
    ASSERT_TRUE(fresh.verify(text, clock.now()));
    fresh.apply(row);
    const auto after = fresh.verify(text, clock.now());
    ASSERT_FALSE(after) << static_cast<int>(row.kind);
    EXPECT_EQ(after.error(), Reason::revoked);
    EXPECT_FALSE(fresh.verify(text, clock.now())) << "and stays refused";
  }
}

TEST_F(VerifierTest, S04_a_token_first_seen_after_its_revocation_is_refused) {
  verifier.apply(test::revoked(Kind::token, "jti-1", clock.now()));
  EXPECT_EQ(verdict(token("jti-1")), "revoked");
  EXPECT_EQ(verdict(token("jti-2")), "allowed");
}

TEST_F(VerifierTest, U08_rows_of_others_end_nobody) {
  verifier.apply(test::revoked(Kind::session, std::string(16, '\1'), clock.now()));
  verifier.apply(test::revoked(Kind::account, std::string(16, '\1'), clock.now(), 99));
  verifier.apply(test::revoked(Kind::key, "another", clock.now()));
  const auto account = contract::AccountId::parse(test::kAccount);
  verifier.apply(test::revoked(Kind::account, std::string(account->bytes()), clock.now(), 3));  // the token's own epoch
  EXPECT_EQ(verdict(token()), "allowed");
}

// The last seconds of a token are its leeway: a row forgotten at `exp` would give them back to the thief.
TEST_F(VerifierTest, S04_a_revocation_is_remembered_until_the_leeway_is_over) {
  const auto text = token();
  ASSERT_EQ(verdict(text), "allowed");
  verifier.apply(test::revoked(Kind::token, "jti-1", clock.now()));
  for (int second = 0; second < 910; ++second) {
    advance(seconds(1));
    for (int i = 0; i < 256; ++i) verifier.sweep_step();
    ASSERT_NE(verdict(text), "allowed") << second;
  }
  EXPECT_EQ(verifier.revocation_count(), 0U) << "then it is of no use any more";
}

TEST_F(VerifierTest, F02_without_the_feed_there_is_no_yes) {
  const auto text = token();
  ASSERT_EQ(verdict(text), "allowed");
  clock.advance(milliseconds(5'000));
  EXPECT_EQ(verdict(text), "allowed");
  clock.advance(milliseconds(1));
  EXPECT_EQ(verdict(text), "feed_stale");
  EXPECT_EQ(verdict("garbage"), "bad_token") << "that much is sure without any feed";
  verifier.feed_is_fresh();
  EXPECT_EQ(verdict(text), "allowed");
}

TEST_F(VerifierTest, F02_what_the_feed_is_complete_as_of_never_moves_back_nor_ahead) {
  const auto text = token();
  verifier.feed_is_complete(clock.steady_now() + seconds(60));
  verifier.feed_is_complete(clock.steady_now() - seconds(60));
  EXPECT_EQ(verdict(text), "allowed");
  clock.advance(milliseconds(5'001));
  EXPECT_EQ(verdict(text), "feed_stale") << "counted from now, not from a time to come";
}

TEST_F(VerifierTest, F02_before_the_log_was_loaded_there_is_no_yes) {
  Verifier fresh(test::verifier_options(), clock);
  fresh.set_keys(test::key_set({&key}));
  const auto verified = fresh.verify(token(), clock.now());
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error(), Reason::feed_stale);
}

TEST_F(VerifierTest, T18_a_key_that_was_removed_takes_its_remembered_tokens_along) {
  const auto next = test::new_key(crypto::Algorithm::eddsa);
  const auto old_token = token();
  ASSERT_EQ(verdict(old_token), "allowed");
  verifier.set_keys(test::key_set({&key, &next}));
  EXPECT_NE(verifier.recall(old_token), nullptr) << "still published: still good";
  const auto new_token = crypto::sign_jwt(next, "at+jwt", test::claims_at(clock.now()));
  EXPECT_EQ(verdict(new_token), "allowed");
  verifier.set_keys(test::key_set({&next}));
  EXPECT_EQ(verdict(old_token), "bad_token");
  EXPECT_EQ(verdict(new_token), "allowed");
}

TEST_F(VerifierTest, T01_T02_T03_T13_forgeries_are_refused) {
  const auto good = token();
  const auto payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
  const auto forged = [&](const std::string& header, const std::string& signature) {
    return base::base64url_encode(header) + "." + payload + "." + signature;
  };
  const auto signature = good.substr(good.rfind('.') + 1);
  const auto attacker = test::new_key();
  for (const auto& text :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good.substr(0, good.rfind('.')),
        good.substr(0, good.rfind('.') + 1), good + "=", good + ".", " " + good, good + "\n",
        forged(R"({"alg":"none","typ":"at+jwt"})", ""), forged(R"({"alg":"nOnE","typ":"at+jwt"})", ""),
        forged(R"({"alg":"HS256","typ":"at+jwt","kid":")" + key.kid() + "\"}", signature),
        forged(R"({"alg":"ES256","typ":"at+jwt","kid":"../../../dev/null"})", signature),
        forged(R"({"alg":"ES256","typ":"at+jwt","jku":"http://127.0.0.1/","kid":")" + key.kid() + "\"}", signature),
        crypto::sign_jwt(attacker, "at+jwt", test::claims_at(clock.now())), std::string(1 << 20, '.')}) {
    EXPECT_EQ(verdict(text), "bad_token") << text.substr(0, 100);
  }
}

TEST_F(VerifierTest, T08_another_kind_of_token_is_no_access_token) {
  for (const char* typ : {"JWT", "rt+jwt", "logout+jwt", ""}) {
    EXPECT_EQ(verdict(crypto::sign_jwt(key, typ, test::claims_at(clock.now()))), "bad_token") << typ;
  }
}

TEST_F(VerifierTest, T07_T09_T10_signed_by_us_and_still_not_for_us) {
  EXPECT_EQ(verdict(token_with("aud", "https://other.example")), "bad_token");
  EXPECT_EQ(verdict(token_with("iss", "https://id.example/")), "bad_token");
  EXPECT_EQ(verdict(token_with("iss", "https://ID.example")), "bad_token");
  EXPECT_EQ(verdict(token_with("exp", "soon")), "bad_token");
  EXPECT_EQ(verdict(token_with("nbf", base::to_unix_seconds(clock.now()) + 60)), "bad_token");
  EXPECT_EQ(verdict(token_with("iat", base::to_unix_seconds(clock.now()) + 60)), "bad_token");
}

TEST_F(VerifierTest, every_claim_that_a_check_relies_on_must_be_there_and_of_its_type) {
  for (const char* claim : {"iss", "aud", "sub", "sid", "client_id", "iat", "exp", "auth_time", "jti", "scope", "roles",
                            "amr", "acr", "epoch"}) {
    EXPECT_EQ(verdict(token_without(claim)), "bad_token") << claim;
    EXPECT_EQ(verdict(token_with(claim, nullptr)), "bad_token") << claim;
    EXPECT_EQ(verdict(token_with(claim, boost::json::object{})), "bad_token") << claim;
  }
  EXPECT_EQ(verdict(token_with("epoch", -1)), "bad_token");
  EXPECT_EQ(verdict(token_with("roles", "admin")), "bad_token");
  EXPECT_EQ(verdict(token_with("roles", boost::json::array{1})), "bad_token");
  EXPECT_EQ(verdict(token_with("sub", "01890000-0000-7000-8000-00000000000A")), "bad_token");
}

// What we sign reaches headers: a line break in it must not become one.
TEST_F(VerifierTest, claims_that_would_break_out_of_a_header_are_refused) {
  for (const char* text : {"a\r\nX-Auth-Roles: admin", "a\n", "\t", "caf\xc3\xa9", "\x7f"}) {
    EXPECT_EQ(verdict(token_with("scope", text)), "bad_token") << text;
    EXPECT_EQ(verdict(token_with("roles", boost::json::array{text})), "bad_token") << text;
  }
}

}  // namespace
}  // namespace gatehouse::gate
