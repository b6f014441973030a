#include <gtest/gtest.h>

#include <algorithm>

#include <string>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {
namespace {

class SessionApi : public ::testing::Test {
 protected:
  ApiStack api_;
  Account alice_ = api_.register_account("alice");
  Account bobby_ = api_.register_account("bobby");
  Reply alice1_ = api_.login_as("alice");
  Reply alice2_ = api_.login_as("alice");
  Reply bob_ = api_.login_as("bobby");

  static std::string path_of(const Reply& login) { return "/v1/sessions/" + login.text("session_id"); }
};

TEST_F(SessionApi, lists_my_sessions_and_says_which_one_this_is) {
  const auto list = api_.get("/v1/sessions", ApiStack::bearer(alice1_));
  ASSERT_EQ(list.status, 200U);
  const auto body = list.json();
  const auto& sessions = body.at("sessions").as_array();
  ASSERT_EQ(sessions.size(), 2U);
  int current = 0;
  for (const auto& session : sessions) {
    EXPECT_TRUE(session.at("alive").as_bool());
    EXPECT_EQ(session.at("address").as_string(), "192.0.2.7");
    if (!session.at("current").as_bool()) continue;
    ++current;
    EXPECT_EQ(session.at("id").as_string(), alice1_.text("session_id"));
  }
  EXPECT_EQ(current, 1);
}

// B06: another account's session is not found, like one that does not exist; it lives on.
TEST_F(SessionApi, B06_sessions_of_others_are_not_found_and_not_ended) {
  const auto reading = api_.get("/v1/session/" + bob_.text("session_id"), ApiStack::bearer(alice1_));
  const auto unknown = api_.get("/v1/session/00000000-0000-4000-8000-000000000000", ApiStack::bearer(alice1_));
  EXPECT_EQ(reading.status, 404U);
  EXPECT_EQ(reading.raw.body, unknown.raw.body);
  EXPECT_EQ(api_.send(http::Method::delete_, path_of(bob_), ApiStack::bearer(alice1_)).status, 404U);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/sessions/x' OR 1=1", ApiStack::bearer(alice1_)).status, 404U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(bob_)).status, 200U);
}

TEST_F(SessionApi, S04_ending_one_session_voids_its_token_at_once_and_no_other) {
  EXPECT_EQ(api_.get("/v1/session/" + alice2_.text("session_id"), ApiStack::bearer(alice1_)).status, 200U);
  EXPECT_EQ(api_.send(http::Method::delete_, path_of(alice2_), ApiStack::bearer(alice1_)).status, 204U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice2_)).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice1_)).status, 200U);
  EXPECT_EQ(api_.get("/v1/session/" + alice2_.text("session_id"), ApiStack::bearer(alice1_)).status, 404U);
  EXPECT_EQ(api_.send(http::Method::delete_, path_of(alice2_), ApiStack::bearer(alice1_)).status, 404U);
}

TEST_F(SessionApi, ending_my_own_session_clears_its_cookies) {
  const auto ended = api_.send(http::Method::delete_, path_of(alice1_), ApiStack::bearer(alice1_));
  EXPECT_EQ(ended.status, 204U);
  EXPECT_EQ(ended.cookie("__Host-gatehouse_refresh"), "");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice1_)).status, 401U);
}

// A token that somebody found is not enough to throw its owner out; signing out with it is no harm.
TEST_F(SessionApi, ending_sessions_needs_a_fresh_sign_in) {
  api_.clock.advance(std::chrono::minutes(5) + std::chrono::seconds(1));
  const auto who = ApiStack::bearer(alice1_);
  for (const auto& path : {std::string("/v1/sessions"), path_of(alice2_)}) {
    const auto refused = api_.send(http::Method::delete_, path, who);
    EXPECT_EQ(refused.status, 401U) << path;
    EXPECT_EQ(refused.header("WWW-Authenticate"),
              "Bearer realm=\"gatehouse\", error=\"insufficient_user_authentication\", max_age=300");
  }
  EXPECT_EQ(api_.get("/v1/sessions", who).json().at("sessions").as_array().size(), 2U);
  const auto renewed = api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, who);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/sessions", ApiStack::bearer(renewed)).json().at("ended"), 1);
  EXPECT_EQ(api_.send(http::Method::post, "/v1/logout", who).status, 204U);
}

TEST_F(SessionApi, ends_all_others_and_nobody_elses) {
  const auto ended = api_.send(http::Method::delete_, "/v1/sessions", ApiStack::bearer(alice1_));
  EXPECT_EQ(ended.status, 200U);
  EXPECT_EQ(ended.json().at("ended").to_number<int>(), 1);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice2_)).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice1_)).status, 200U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(bob_)).status, 200U);
}

// S05: through the interface, access tokens included.
TEST_F(SessionApi, S05_a_new_password_voids_the_other_sessions_tokens) {
  const auto changed = api_.post(
      "/v1/me/password", {{"current_password", IdentityStack::kPassword}, {"new_password", "seven copper violins"}},
      ApiStack::bearer(alice1_));
  EXPECT_EQ(changed.status, 204U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice2_)).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice1_)).status, 200U);
  EXPECT_EQ(api_.login_as("alice").status, 401U);
  EXPECT_EQ(api_.login_as("alice", "body", "seven copper violins").status, 200U);
}

TEST_F(SessionApi, a_wrong_current_password_is_403_and_keeps_the_session) {
  const auto refused = api_.post("/v1/me/password",
                                 {{"current_password", "wrong wrong wrong"}, {"new_password", "seven copper violins"}},
                                 ApiStack::bearer(alice1_));
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(refused.slug(), "/problems/wrong-password");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice1_)).status, 200U);
}

TEST_F(SessionApi, my_profile_says_what_my_roles_grant) {
  const auto permissions = api_.get("/v1/me", ApiStack::bearer(alice1_)).json().at("permissions").as_array();
  EXPECT_TRUE(std::any_of(permissions.begin(), permissions.end(),
                          [](const auto& one) { return one.as_string() == "profile:read:own"; }));
}

TEST_F(SessionApi, changes_the_profile_member_by_member) {
  const Headers json{{"Content-Type", "application/json"}, ApiStack::bearer(alice1_).front()};
  const auto patch = [&](const char* body) { return api_.send(http::Method::patch, "/v1/me", json, body); };
  const auto named = patch(R"({"display_name":"Alice"})");
  EXPECT_EQ(named.status, 200U);
  EXPECT_EQ(named.text("display_name"), "Alice");
  EXPECT_EQ(named.text("language"), "");
  EXPECT_EQ(patch(R"({"language":"de"})").text("language"), "de");
  EXPECT_EQ(patch(R"({"language":"../de"})").status, 400U);
  EXPECT_EQ(named.text("email"), "alice@example.org");
  EXPECT_EQ(patch(R"({"username":"alicia"})").fields(), "current_password");
  EXPECT_EQ(patch(R"({"username":"bobby","current_password":"lantern otter quiet 42"})").status, 409U);
  // B07: state and roles are not one's own to change, and an address has to be proven (POST /v1/me/email).
  EXPECT_EQ(patch(R"({"email":"x@example.org","current_password":"lantern otter quiet 42"})").fields(), "email");
  EXPECT_EQ(patch(R"({"email_verified":true})").fields(), "email_verified");
  EXPECT_EQ(patch(R"({"roles":["admin"],"state":"active"})").fields(), "roles state");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(alice1_)).text("email"), "alice@example.org");
}

}  // namespace
}  // namespace gatehouse::identity
