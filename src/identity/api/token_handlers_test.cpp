#include <gtest/gtest.h>

#include <string>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {
namespace {

class TokenApi : public ::testing::Test {
 protected:
  ApiStack api_;
  Account alice_ = api_.register_account("alice");

  Reply refresh_by_cookie(const Reply& login) {
    return api_.send(http::Method::post, "/v1/refresh", ApiStack::cookies(login));
  }
  Reply refresh_by_body(const Reply& login) {
    return api_.post("/v1/refresh", {{"refresh_token", login.text("refresh_token")}});
  }
};

TEST_F(TokenApi, a_refresh_answers_in_the_place_the_token_came_from) {
  const auto by_body = refresh_by_body(api_.login_as("alice", "body"));
  ASSERT_EQ(by_body.status, 200U);
  EXPECT_TRUE(by_body.text("refresh_token").starts_with("ghr_"));
  EXPECT_FALSE(by_body.cookie("__Host-gatehouse_refresh"));
  const auto login = api_.login_as("alice", "cookie");
  const auto by_cookie = refresh_by_cookie(login);
  ASSERT_EQ(by_cookie.status, 200U);
  EXPECT_EQ(by_cookie.text("refresh_token"), "");
  EXPECT_NE(by_cookie.cookie("__Host-gatehouse_refresh"), login.cookie("__Host-gatehouse_refresh"));
  EXPECT_EQ(by_cookie.text("session_id"), login.text("session_id"));
}

TEST_F(TokenApi, a_refresh_token_in_two_places_is_refused) {
  const auto login = api_.login_as("alice", "cookie");
  const auto token = *login.cookie("__Host-gatehouse_refresh");
  const auto both = api_.post("/v1/refresh", {{"refresh_token", token}}, ApiStack::cookies(login));
  EXPECT_EQ(both.status, 400U);
  EXPECT_EQ(both.fields(), "refresh_token");
  const Headers two{{"Cookie", "__Host-gatehouse_refresh=" + token + "; __Host-gatehouse_refresh=ghr_planted"},
                    {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(api_.send(http::Method::post, "/v1/refresh", two).status, 400U);
  EXPECT_EQ(refresh_by_cookie(login).status, 200U);
}

// R02: a token that was used before ends its session, the newest access token included, and no other session.
TEST_F(TokenApi, R02_reuse_ends_the_session_and_its_newest_access_token) {
  const auto login = api_.login_as("alice", "body");
  const auto bystander = api_.login_as("alice", "body");
  const auto second = refresh_by_body(login);
  api_.clock.advance(std::chrono::seconds(11));
  const auto reuse = refresh_by_body(login);
  EXPECT_EQ(reuse.status, 401U);
  EXPECT_EQ(reuse.slug(), "/problems/refresh-refused");
  EXPECT_EQ(refresh_by_body(second).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(second)).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(bystander)).status, 200U);
}

// R03: the answer got lost, the client tries again: the same successor.
TEST_F(TokenApi, R03_a_retry_within_the_grace_window_gets_the_same_successor) {
  const auto login = api_.login_as("alice", "body");
  const auto first = refresh_by_body(login);
  api_.clock.advance(std::chrono::seconds(9));
  const auto retry = refresh_by_body(login);
  ASSERT_EQ(retry.status, 200U);
  EXPECT_EQ(retry.text("refresh_token"), first.text("refresh_token"));
}

TEST_F(TokenApi, every_refused_refresh_is_one_answer_and_clears_the_cookies) {
  const auto login = api_.login_as("alice", "cookie");
  ASSERT_EQ(api_.send(http::Method::post, "/v1/logout", ApiStack::cookies(login)).status, 204U);
  const auto ended = refresh_by_cookie(login);
  EXPECT_EQ(ended.status, 401U);
  EXPECT_EQ(ended.cookie("__Host-gatehouse_refresh"), "");
  EXPECT_EQ(ended.cookie("__Host-gatehouse_access"), "");
  const Headers forged{{"Cookie", "__Host-gatehouse_refresh=ghr_forged"}, {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(api_.send(http::Method::post, "/v1/refresh", forged).raw.body, ended.raw.body);
  const auto none = api_.send(http::Method::post, "/v1/refresh");
  EXPECT_EQ(none.status, 401U);
  EXPECT_EQ(none.slug(), "/problems/not-signed-in");
}

// S04: after the answer the very token that worked a moment ago is refused.
TEST_F(TokenApi, S04_after_a_logout_access_and_refresh_token_are_dead) {
  for (const char* place : {"cookie", "body"}) {
    const auto login = api_.login_as("alice", place);
    ASSERT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).status, 200U);
    const bool by_cookie = std::string_view(place) == "cookie";
    const auto out = by_cookie ? api_.send(http::Method::post, "/v1/logout", ApiStack::cookies(login))
                               : api_.post("/v1/logout", {{"refresh_token", login.text("refresh_token")}});
    EXPECT_EQ(out.status, 204U);
    EXPECT_EQ(out.cookie("__Host-gatehouse_refresh"), "");
    EXPECT_EQ(out.cookie("__Host-gatehouse_access"), "");
    EXPECT_EQ(out.header("Clear-Site-Data"), "\"cache\", \"storage\"");
    EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).status, 401U);
    EXPECT_EQ((by_cookie ? refresh_by_cookie(login) : refresh_by_body(login)).status, 401U);
  }
}

TEST_F(TokenApi, S04_a_logout_by_bearer_alone_ends_the_session) {
  const auto login = api_.login_as("alice", "body");
  EXPECT_EQ(api_.send(http::Method::post, "/v1/logout", ApiStack::bearer(login)).status, 204U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).status, 401U);
  EXPECT_EQ(refresh_by_body(login).status, 401U);
  // Again, and with nothing at all: still signed out.
  EXPECT_EQ(api_.send(http::Method::post, "/v1/logout", ApiStack::bearer(login)).status, 204U);
  EXPECT_EQ(api_.send(http::Method::post, "/v1/logout").status, 204U);
  EXPECT_EQ(api_.post("/v1/logout", {{"refresh_token", "ghr_unknown"}}).status, 204U);
}

// Tokens of two sessions at once: both end, and a header beside a cookie ends none.
TEST_F(TokenApi, S04_a_logout_ends_what_each_of_its_tokens_names) {
  const auto first = api_.login_as("alice", "body");
  const auto second = api_.login_as("alice", "body");
  const auto out = api_.post("/v1/logout", {{"refresh_token", first.text("refresh_token")}}, ApiStack::bearer(second));
  EXPECT_EQ(out.status, 204U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(first)).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(second)).status, 401U);

  const auto third = api_.login_as("alice", "cookie");
  auto headers = ApiStack::cookies(third);
  headers.push_back(ApiStack::bearer(api_.login_as("alice", "body")).front());
  const auto ambiguous = api_.send(http::Method::post, "/v1/logout", headers);
  EXPECT_EQ(ambiguous.status, 401U);
  EXPECT_EQ(ambiguous.slug(), "/problems/ambiguous-credentials");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(third)).status, 200U);
}

// T17: public keys alone, cacheable.
TEST_F(TokenApi, T17_the_key_set_is_public_and_cacheable) {
  const auto keys = api_.get("/.well-known/jwks.json");
  EXPECT_EQ(keys.status, 200U);
  EXPECT_EQ(keys.raw.content_type, "application/jwk-set+json");
  EXPECT_EQ(keys.header("Cache-Control"), "public, max-age=300");
  const auto body = keys.json();
  EXPECT_EQ(body.at("keys").as_array().size(), 2U);
  for (const auto& key : body.at("keys").as_array()) {
    for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "k"}) EXPECT_FALSE(key.as_object().contains(member));
  }
}

}  // namespace
}  // namespace gatehouse::identity
