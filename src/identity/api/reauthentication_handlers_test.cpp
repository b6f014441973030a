#include <gtest/gtest.h>

#include <string>

#include "identity/api/factor_api_fixture.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

TEST_F(FactorApi, V7_2_4_no_token_from_before_a_reauthentication_is_good_after_it) {
  const auto login = api_.login_as("alice");
  const auto rotated = api_.post("/v1/refresh", {{"refresh_token", login.text("refresh_token")}});
  const auto renewed =
      api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, ApiStack::bearer(rotated));
  ASSERT_EQ(renewed.status, 200U) << renewed.raw.body;
  EXPECT_NE(renewed.text("session_id"), login.text("session_id"));
  EXPECT_FALSE(renewed.cookie("__Host-gatehouse_refresh"));
  for (const auto& old : {login, rotated}) {
    EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(old)).status, 401U);
    // Also that which was rotated a moment ago: it is a retry's no longer, and no theft either.
    const auto refused = api_.post("/v1/refresh", {{"refresh_token", old.text("refresh_token")}});
    EXPECT_EQ(refused.slug(), "/problems/refresh-refused");
  }
  EXPECT_FALSE(api_.log.contains("refresh_reuse_detected"));
  const auto sessions = api_.get("/v1/sessions", ApiStack::bearer(renewed)).json().at("sessions").as_array();
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].at("id").as_string(), renewed.text("session_id"));
  EXPECT_TRUE(sessions[0].at("current").as_bool());
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", renewed.text("refresh_token")}}).status, 200U);
}

TEST_F(FactorApi, V7_2_4_a_session_is_renewed_once) {
  const auto who = ApiStack::bearer(api_.login_as("alice"));
  EXPECT_EQ(api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, who).status, 200U);
  EXPECT_EQ(api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, who).status, 401U);
}

// ASVS 16.3.1: what an open session is tried with is recorded as what a sign-in is.
TEST_F(FactorApi, a_wrong_proof_of_somebody_signed_in_is_recorded) {
  const auto failures = [&] {
    return api_.database.read_blocking([&](db::Transaction& tx) {
      return tx
          .query_one("SELECT count(*) FROM audit_event WHERE type = 'sign_in.reauthentication_failed' AND subject = $1",
                     {db::Blob{alice_.id.bytes()}}, [](const db::Row& row) { return row.integer(0); })
          .value();
    });
  };
  const auto login = api_.login_as("alice");
  const auto who = ApiStack::bearer(login);
  EXPECT_EQ(api_.post("/v1/reauthenticate", {{"password", "wrong wrong wrong"}}, who).slug(),
            "/problems/wrong-password");
  EXPECT_EQ(failures(), 1);
  EXPECT_EQ(api_.post("/v1/me/password",
                      {{"current_password", "wrong wrong wrong"}, {"new_password", "seven violins 99"}}, who)
                .slug(),
            "/problems/wrong-password");
  EXPECT_EQ(failures(), 2);
  const auto enrolled = enrol(who);
  EXPECT_EQ(
      api_.post("/v1/reauthenticate", {{"method", "totp"}, {"code", code_that_is_wrong(enrolled.app)}}, who).slug(),
      "/problems/wrong-code");
  EXPECT_EQ(failures(), 3);
}

TEST_F(FactorApi, a_code_makes_the_session_fresh_and_strong) {
  const auto weak = api_.login_as("alice");
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  api_.clock.advance(10min);
  const auto who = ApiStack::bearer(weak);
  const auto wrong =
      api_.post("/v1/reauthenticate", {{"method", "totp"}, {"code", code_that_is_wrong(enrolled.app)}}, who);
  EXPECT_EQ(wrong.slug(), "/problems/wrong-code");
  const auto renewed =
      api_.post("/v1/reauthenticate", {{"method", "totp"}, {"code", enrolled.app.code(api_.clock.now())}}, who);
  ASSERT_EQ(renewed.status, 200U) << renewed.raw.body;
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/factors/" + enrolled.id, ApiStack::bearer(renewed)).status, 204U);
}

// What a token says of the address is what the account says, whichever way the token was got.
TEST_F(FactorApi, B07_a_renewed_token_says_of_the_address_what_is_so) {
  const auto claims_verified = [](const Reply& reply) {
    const auto token = reply.text("access_token");
    const auto begin = token.find('.') + 1;
    const auto payload = base::base64url_decode(std::string_view(token).substr(begin, token.rfind('.') - begin));
    return base::parse_json(*payload)->as_object().at("email_verified").as_bool();
  };
  (void)api_.register_unproven("mallory", "alice@example.org");
  for (const auto& [name, verified] : {std::pair{"alice", true}, std::pair{"mallory", false}}) {
    const auto login = api_.login_as(name);
    EXPECT_EQ(claims_verified(login), verified) << name;
    const auto renewed =
        api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, ApiStack::bearer(login));
    EXPECT_EQ(claims_verified(renewed), verified) << name;
    const auto refreshed = api_.post("/v1/refresh", {{"refresh_token", renewed.text("refresh_token")}});
    EXPECT_EQ(claims_verified(refreshed), verified) << name;
  }
}

TEST_F(FactorApi, V7_2_4_both_cookies_are_replaced_and_no_body_shows_the_refresh_token) {
  const auto login = api_.login_as("alice", "cookie");
  const auto renewed =
      api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, ApiStack::cookies(login));
  ASSERT_EQ(renewed.status, 200U) << renewed.raw.body;
  EXPECT_EQ(renewed.cookie("__Host-gatehouse_access"), renewed.text("access_token"));
  EXPECT_EQ(renewed.text("refresh_token"), "");
  const auto refresh_cookie = renewed.cookie("__Host-gatehouse_refresh");
  EXPECT_TRUE(refresh_cookie && refresh_cookie != login.cookie("__Host-gatehouse_refresh"));
  EXPECT_EQ(api_.get("/v1/me", ApiStack::cookies(renewed)).status, 200U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::cookies(login)).status, 401U);
  // Another tab's refresh that was under way: refused, and what its answer would have cleared is by now the new cookie.
  const auto late = api_.send(http::Method::post, "/v1/refresh", ApiStack::cookies(login));
  EXPECT_EQ(late.slug(), "/problems/refresh-refused");
  EXPECT_FALSE(late.cookie("__Host-gatehouse_refresh"));
  EXPECT_EQ(api_.send(http::Method::post, "/v1/refresh", ApiStack::cookies(renewed)).status, 200U);
}

// A script that sends the access token by itself, and no cookie, would else be given what HttpOnly keeps from it.
TEST_F(FactorApi, V7_2_4_a_refresh_token_that_was_in_a_cookie_never_gets_into_a_body) {
  const auto login = api_.login_as("alice", "cookie");
  const auto renewed =
      api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, ApiStack::bearer(login));
  EXPECT_EQ(renewed.text("refresh_token"), "");
  EXPECT_TRUE(renewed.cookie("__Host-gatehouse_refresh"));
}

}  // namespace
}  // namespace gatehouse::identity
