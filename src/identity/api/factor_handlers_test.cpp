#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "identity/api/api_fixture.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class FactorApi : public ::testing::Test {
 protected:
  struct Enrolled {
    FakeApp app;
    std::string id;
    std::vector<std::string> codes;
  };
  Enrolled enrol(const Headers& who, const char* name = "phone") {
    const auto begun = api_.post("/v1/factors/totp", {{"name", name}}, who);
    EXPECT_EQ(begun.status, 201U) << begun.raw.body;
    Enrolled enrolled{FakeApp(begun.text("secret")), begun.text("id"), {}};
    const auto added = confirm(who, enrolled.id, enrolled.app.code(api_.clock.now()));
    EXPECT_EQ(added.status, 201U) << added.raw.body;
    const auto body = added.json();
    if (const auto* codes = body.if_contains("codes")) {
      for (const auto& code : codes->as_array()) enrolled.codes.emplace_back(code.as_string());
    }
    api_.clock.advance(30s);  // the code that confirmed is used up
    return enrolled;
  }
  Reply confirm(const Headers& who, const std::string& id, const std::string& code) {
    return api_.post("/v1/factors/totp/" + id + "/confirm", {{"code", code}}, who);
  }
  Reply second_step(const Reply& login, const std::string& code, const char* method = "totp") {
    return api_.post(
        "/v1/login/second-factor",
        {{"transaction", login.text("transaction")}, {"method", method}, {"code", code}, {"refresh_in", "body"}});
  }
  Reply sign_in(const Enrolled& enrolled) {
    api_.clock.advance(30s);
    return second_step(api_.login_as("alice"), enrolled.app.code(api_.clock.now()));
  }
  std::string code_that_is_wrong(const FakeApp& app) {
    for (int guess = 0;; ++guess) {
      std::string code = std::to_string(100'000 + guess);
      bool near = false;
      for (int shift = -1; shift <= 1; ++shift) near = near || app.code(api_.clock.now(), shift) == code;
      if (!near) return code;
    }
  }

  ApiStack api_;
  Account alice_ = api_.register_account("alice");
};

TEST_F(FactorApi, an_app_is_enrolled_with_its_first_code_and_asked_for_at_the_next_sign_in) {
  const auto first = api_.login_as("alice");
  const auto begun = api_.post("/v1/factors/totp", {{"name", "phone"}}, ApiStack::bearer(first));
  ASSERT_EQ(begun.status, 201U);
  EXPECT_EQ(begun.text("secret").size(), 32U);
  EXPECT_EQ(begun.text("uri"), "otpauth://totp/Gatehouse:alice?secret=" + begun.text("secret") +
                                   "&issuer=Gatehouse&algorithm=SHA1&digits=6&period=30");
  EXPECT_TRUE(begun.text("qr_svg").starts_with("<svg "));
  EXPECT_EQ(api_.login_as("alice").text("next"), "");  // not asked for before it is confirmed
  const FakeApp app(begun.text("secret"));
  const auto added = confirm(ApiStack::bearer(first), begun.text("id"), app.code(api_.clock.now()));
  ASSERT_EQ(added.status, 201U) << added.raw.body;
  EXPECT_EQ(added.json().at("codes").as_array().size(), 10U);

  const auto login = api_.login_as("alice");
  ASSERT_EQ(login.status, 200U);
  EXPECT_EQ(login.text("next"), "second_factor");
  EXPECT_TRUE(login.text("transaction").starts_with("ghl_"));
  EXPECT_EQ(boost::json::serialize(login.json().at("methods")), R"(["totp","recovery_code"])");
  EXPECT_EQ(login.json().at("expires_in").as_int64(), 300);
  EXPECT_EQ(login.text("access_token"), "");
  EXPECT_TRUE(login.raw.headers.empty());  // no cookie

  api_.clock.advance(30s);
  const auto done = second_step(login, app.code(api_.clock.now()));
  ASSERT_EQ(done.status, 200U) << done.raw.body;
  const auto sessions = api_.get("/v1/session/" + done.text("session_id"), ApiStack::bearer(done));
  EXPECT_EQ(boost::json::serialize(sessions.json().at("amr")), R"(["pwd","otp","mfa"])");
}

TEST_F(FactorApi, M02_a_code_is_used_once_and_only_six_digits_of_a_near_step_are_one) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  api_.clock.advance(5min);
  const auto now = [&] { return api_.clock.now(); };
  const std::string good = enrolled.app.code(now());
  for (const auto& code : {enrolled.app.code(now(), -2), enrolled.app.code(now(), 2)}) {
    EXPECT_EQ(second_step(api_.login_as("alice"), code).slug(), "/problems/wrong-code") << code;
  }
  ASSERT_EQ(second_step(api_.login_as("alice"), good).status, 200U);
  EXPECT_EQ(second_step(api_.login_as("alice"), good).slug(), "/problems/wrong-code");
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(api_.login_as("alice"), good).slug(), "/problems/wrong-code");  // again, in the next step
  ASSERT_EQ(second_step(api_.login_as("alice"), enrolled.app.code(now())).status, 200U);
  api_.clock.advance(30s);
  const std::string next = enrolled.app.code(now());
  for (const std::string& code : {" " + next, next + " ", "0" + next, next + "0", std::string("١٢٣٤٥٦")}) {
    EXPECT_EQ(second_step(api_.login_as("alice"), code).status, 401U) << code;
  }
}

TEST_F(FactorApi, M03_between_the_steps_nothing_else_can_be_called) {
  (void)enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  const std::string transaction = login.text("transaction");
  for (const auto& route : api_.router.routes()) {
    if (route.access == "public") continue;
    std::string path = route.path;
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, alice_.id.to_string());
    EXPECT_EQ(api_.send(route.method, path, {{"Authorization", "Bearer " + transaction}}).status, 401U) << path;
    EXPECT_EQ(api_.send(route.method, path,
                        {{"Cookie", "__Host-gatehouse_access=" + transaction}, {"Sec-Fetch-Site", "same-origin"}})
                  .status,
              401U)
        << path;
  }
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", transaction}}).status, 401U);
}

TEST_F(FactorApi, M04_five_wrong_codes_end_the_sign_in_and_a_new_one_does_not_begin_anew) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(second_step(login, code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
  }
  const auto right = [&] { return enrolled.app.code(api_.clock.now()); };
  EXPECT_EQ(second_step(login, right()).slug(), "/problems/sign-in-ended");
  const auto again = api_.login_as("alice");
  const auto held_up = second_step(again, right());
  EXPECT_EQ(held_up.status, 429U);
  EXPECT_EQ(held_up.header("Retry-After"), "30");
  EXPECT_EQ(api_.router.routes().empty(), false);
  // The first sign-in stays ended when the wait is over; the second goes on, and only a right code forgets.
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(login, right()).slug(), "/problems/sign-in-ended");
  EXPECT_EQ(second_step(again, code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
  EXPECT_EQ(second_step(again, right()).header("Retry-After"), "60");
  api_.clock.advance(60s);
  EXPECT_EQ(second_step(again, right()).status, 200U);
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(api_.login_as("alice"), code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
}

TEST_F(FactorApi, M04_a_thousand_codes_in_ever_new_sign_ins_are_a_handful_of_guesses) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  int looked_at = 0;
  for (int i = 0; i < 200; ++i) {
    const auto login = api_.login_as("alice");
    for (int j = 0; j < 5; ++j) {
      if (second_step(login, code_that_is_wrong(enrolled.app)).status == 401U) ++looked_at;
    }
  }
  EXPECT_EQ(looked_at, 5);
}

TEST_F(FactorApi, M04_ten_thousand_codes_at_one_sign_in_are_five_guesses) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  const auto wrong = code_that_is_wrong(enrolled.app);
  int looked_at = 0;
  int ended = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto slug = second_step(login, wrong).slug();
    looked_at += slug == "/problems/wrong-code" ? 1 : 0;
    ended += slug == "/problems/sign-in-ended" ? 1 : 0;
  }
  EXPECT_EQ(looked_at, 5);
  EXPECT_EQ(ended, 9'995);
  // The sign-in is not alive again when the wait is over.
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(login, enrolled.app.code(api_.clock.now())).slug(), "/problems/sign-in-ended");
}

TEST_F(FactorApi, a_sign_in_ends_with_time_with_use_and_with_what_it_was_begun_on) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto right = [&] { return enrolled.app.code(api_.clock.now()); };
  const auto slow = api_.login_as("alice");
  api_.clock.advance(5min);
  EXPECT_EQ(second_step(slow, right()).slug(), "/problems/sign-in-ended");
  const auto used = api_.login_as("alice");
  ASSERT_EQ(second_step(used, right()).status, 200U);
  api_.clock.advance(30s);
  EXPECT_EQ(second_step(used, right()).slug(), "/problems/sign-in-ended");
  const auto of_old_roles = api_.login_as("alice");
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(alice_.id, {"member"}, IdentityStack::caller())));
  EXPECT_EQ(second_step(of_old_roles, right()).slug(), "/problems/sign-in-ended");
  const auto of_old_password = api_.login_as("alice");
  const auto changed = api_.post("/v1/me/password",
                                 {{"current_password", IdentityStack::kPassword}, {"new_password", "seven violins 99"}},
                                 api_.strong_bearer(alice_));
  ASSERT_EQ(changed.status, 204U) << changed.raw.body;
  EXPECT_EQ(second_step(of_old_password, right()).slug(), "/problems/sign-in-ended");
  const auto disabled = api_.login_as("alice", "body", "seven violins 99");
  ASSERT_TRUE(test::run_on_loop(api_.administration.disable(alice_.id, IdentityStack::caller())));
  EXPECT_EQ(second_step(disabled, right()).slug(), "/problems/sign-in-ended");
}

TEST_F(FactorApi, a_transaction_that_is_not_ours_is_refused) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto login = api_.login_as("alice");
  std::string tampered = login.text("transaction");
  tampered[10] = tampered[10] == 'A' ? 'B' : 'A';
  for (const std::string& transaction : {tampered, std::string("ghl_"), std::string(), std::string(5'000, 'A'),
                                         login.text("transaction") + "A", login.text("transaction").substr(4)}) {
    const auto reply =
        api_.post("/v1/login/second-factor",
                  {{"transaction", transaction}, {"method", "totp"}, {"code", enrolled.app.code(api_.clock.now())}});
    EXPECT_EQ(reply.status, 401U);
    EXPECT_EQ(reply.slug(), "/problems/sign-in-ended");
  }
  const auto form = api_.post("/v1/login/second-factor", {{"transaction", 7}, {"method", "sms"}, {"role", "admin"}});
  EXPECT_EQ(form.fields(), "transaction method code role");
}

TEST_F(FactorApi, M05_a_recovery_code_is_good_once_and_for_its_account_alone) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto bob = api_.register_account("bobby");
  (void)enrol(api_.bearer(api_.login_as("bobby")));
  EXPECT_EQ(second_step(api_.login_as("bobby"), enrolled.codes[0], "recovery_code").slug(), "/problems/wrong-code");
  ASSERT_EQ(second_step(api_.login_as("alice"), enrolled.codes[0], "recovery_code").status, 200U);
  EXPECT_EQ(second_step(api_.login_as("alice"), enrolled.codes[0], "recovery_code").slug(), "/problems/wrong-code");
  std::string loud = " ";
  for (const char c : enrolled.codes[1]) loud += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  EXPECT_EQ(second_step(api_.login_as("alice"), loud, "recovery_code").status, 200U);
  const auto overview = api_.get("/v1/factors", api_.strong_bearer(alice_));
  EXPECT_EQ(overview.json().at("recovery_codes").as_int64(), 8);
  // New ones void the old.
  const auto renewed = api_.send(http::Method::post, "/v1/factors/recovery-codes", api_.strong_bearer(alice_));
  ASSERT_EQ(renewed.status, 201U);
  EXPECT_EQ(second_step(api_.login_as("alice"), enrolled.codes[2], "recovery_code").status, 401U);
  const std::string fresh(renewed.json().at("codes").as_array()[0].as_string());
  EXPECT_EQ(second_step(api_.login_as("alice"), fresh, "recovery_code").status, 200U);
}

TEST_F(FactorApi, M06_a_session_of_one_factor_touches_no_factor_once_there_is_one) {
  const auto weak = api_.login_as("alice");
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto who = ApiStack::bearer(weak);
  for (const auto& reply :
       {api_.post("/v1/factors/totp", {{"name", "mine"}}, who),
        api_.send(http::Method::delete_, "/v1/factors/" + enrolled.id, who),
        api_.send(http::Method::post, "/v1/factors/recovery-codes", who),
        api_.post("/v1/me/password",
                  {{"current_password", IdentityStack::kPassword}, {"new_password", "seven violins 99"}}, who),
        api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, who)}) {
    EXPECT_EQ(reply.status, 401U);
    EXPECT_EQ(reply.header("WWW-Authenticate"),
              "Bearer realm=\"gatehouse\", error=\"insufficient_user_authentication\", "
              "acr_values=\"urn:gatehouse:acr:2fa\"");
  }
}

TEST_F(FactorApi, M06_what_changes_factors_needs_a_fresh_sign_in) {
  const auto login = api_.login_as("alice");
  api_.clock.advance(5min + 1s);
  const auto who = ApiStack::bearer(login);
  const auto stale = api_.post("/v1/factors/totp", {{"name", "phone"}}, who);
  EXPECT_EQ(stale.status, 401U);
  EXPECT_EQ(stale.slug(), "/problems/insufficient-user-authentication");
  EXPECT_EQ(stale.header("WWW-Authenticate"),
            "Bearer realm=\"gatehouse\", error=\"insufficient_user_authentication\", max_age=300");
  EXPECT_EQ(api_.send(http::Method::patch, "/v1/me", {{"Content-Type", "application/json"}, who.front()},
                      R"({"username":"alicia","current_password":"lantern otter quiet 42"})")
                .status,
            401U);
  EXPECT_EQ(api_.send(http::Method::patch, "/v1/me", {{"Content-Type", "application/json"}, who.front()},
                      R"({"display_name":"Alice"})")
                .status,
            200U);
  EXPECT_EQ(api_.post("/v1/reauthenticate", {{"password", "wrong wrong wrong"}}, who).slug(),
            "/problems/wrong-password");
  const auto renewed = api_.post("/v1/reauthenticate", {{"password", IdentityStack::kPassword}}, who);
  ASSERT_EQ(renewed.status, 200U) << renewed.raw.body;
  EXPECT_EQ(api_.post("/v1/factors/totp", {{"name", "phone"}}, ApiStack::bearer(renewed)).status, 201U);
}

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

TEST_F(FactorApi, who_adds_a_first_factor_is_strong_after_the_next_refresh) {
  const auto login = api_.login_as("alice");
  const auto enrolled = enrol(ApiStack::bearer(login));
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).text("acr"), "urn:gatehouse:acr:1fa");
  const auto refreshed = api_.post("/v1/refresh", {{"refresh_token", login.text("refresh_token")}});
  const auto me = api_.get("/v1/me", ApiStack::bearer(refreshed));
  EXPECT_EQ(me.text("acr"), "urn:gatehouse:acr:2fa");
  EXPECT_EQ(me.json().at("factors").as_int64(), 1);
  EXPECT_EQ(api_.post("/v1/factors/totp", {{"name", "tablet"}}, ApiStack::bearer(refreshed)).status, 201U);
}

TEST_F(FactorApi, S05_removing_a_factor_ends_the_other_sessions_and_the_codes_go_with_the_last) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto other = sign_in(enrolled);
  const auto own = sign_in(enrolled);
  ASSERT_EQ(own.status, 200U);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/factors/" + enrolled.id, ApiStack::bearer(own)).status, 204U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(other)).status, 401U);
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", other.text("refresh_token")}}).status, 401U);
  const auto overview = api_.get("/v1/factors", ApiStack::bearer(own));
  EXPECT_EQ(overview.json().at("factors").as_array().size(), 0U);
  EXPECT_EQ(overview.json().at("recovery_codes").as_int64(), 0);
  EXPECT_EQ(api_.login_as("alice").text("next"), "");
}

TEST_F(FactorApi, several_apps_have_names_and_each_signs_in) {
  const auto phone = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto tablet = enrol(api_.strong_bearer(alice_), "tablet");
  EXPECT_TRUE(tablet.codes.empty());
  const auto who = api_.strong_bearer(alice_);
  const auto renamed = api_.send(http::Method::patch, "/v1/factors/" + tablet.id,
                                 {{"Content-Type", "application/json"}, who.front()}, R"({"name":"old tablet"})");
  EXPECT_EQ(renamed.text("name"), "old tablet");
  const auto overview = api_.get("/v1/factors", who);
  ASSERT_EQ(overview.json().at("factors").as_array().size(), 2U);
  EXPECT_EQ(overview.json().at("factors").as_array()[0].as_object().at("name").as_string(), "phone");
  EXPECT_EQ(sign_in(phone).status, 200U);
  EXPECT_EQ(sign_in(tablet).status, 200U);
  for (const char* name : {"", "a\nb", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}) {
    EXPECT_EQ(api_.post("/v1/factors/totp", {{"name", name}}, who).fields(), "name");
  }
}

TEST_F(FactorApi, B06_another_accounts_factor_is_not_there) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto mallory = api_.register_account("mallory");
  const auto who = api_.strong_bearer(mallory);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/factors/" + enrolled.id, who).status, 404U);
  EXPECT_EQ(api_.send(http::Method::patch, "/v1/factors/" + enrolled.id,
                      {{"Content-Type", "application/json"}, who.front()}, R"({"name":"x"})")
                .status,
            404U);
  const auto begun = api_.post("/v1/factors/totp", {{"name", "phone"}}, api_.strong_bearer(alice_));
  const FakeApp app(begun.text("secret"));
  EXPECT_EQ(confirm(who, begun.text("id"), app.code(api_.clock.now())).status, 404U);
  EXPECT_EQ(confirm(api_.strong_bearer(alice_), begun.text("id"), "000000").fields(), "code");
  api_.clock.advance(16min);
  EXPECT_EQ(confirm(api_.strong_bearer(alice_), begun.text("id"), app.code(api_.clock.now())).status, 404U);
}

TEST_F(FactorApi, an_administrator_resets_the_factors_of_who_has_lost_them) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto session = sign_in(enrolled);
  const std::string path = "/v1/admin/accounts/" + alice_.id.to_string() + "/factors";
  EXPECT_EQ(api_.send(http::Method::delete_, path, ApiStack::bearer(session)).status, 403U);
  const auto reset = api_.send(http::Method::delete_, path, api_.admin());
  ASSERT_EQ(reset.status, 200U) << reset.raw.body;
  EXPECT_EQ(reset.text("username"), "alice");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(session)).status, 401U);
  const auto login = api_.login_as("alice");
  EXPECT_EQ(login.text("next"), "");
  EXPECT_EQ(api_.get("/v1/factors", ApiStack::bearer(login)).json().at("recovery_codes").as_int64(), 0);
  EXPECT_EQ(
      api_.send(http::Method::delete_, "/v1/admin/accounts/" + std::string(36, '0') + "/factors", api_.admin()).status,
      404U);
}

// What changes how an account is signed in to is in the audit log and in a letter to the owner.
TEST_F(FactorApi, each_change_of_factors_is_recorded_and_written_to_the_owner) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  (void)second_step(api_.login_as("alice"), code_that_is_wrong(enrolled.app));
  (void)second_step(api_.login_as("alice"), enrolled.codes[0], "recovery_code");
  const auto own = sign_in(enrolled);
  (void)api_.send(http::Method::delete_, "/v1/factors/" + enrolled.id, ApiStack::bearer(own));
  std::string types;
  std::int64_t letters = 0;
  api_.database.read_blocking([&](db::Transaction& tx) {
    tx.query("SELECT type FROM audit_event ORDER BY seq", {}, [&](const db::Row& row) { types += row.text(0) + " "; });
    letters = tx.query_one("SELECT count(*) FROM job WHERE kind = 'factor_changed'", {}, [](const db::Row& row) {
                  return row.integer(0);
                }).value();
    return 0;
  });
  for (const char* type :
       {"factor.added ", "factor.failed ", "factor.recovery_code_used ", "sign_in.succeeded ", "factor.removed "}) {
    EXPECT_NE(types.find(type), std::string::npos) << type << "in " << types;
  }
  EXPECT_EQ(letters, 3);  // added, a recovery code used, removed
  std::size_t sign_ins = 0;
  for (auto at = types.find("sign_in.succeeded "); at != std::string::npos;
       at = types.find("sign_in.succeeded ", at + 1)) {
    ++sign_ins;
  }
  EXPECT_EQ(sign_ins, 3U) << "each once: " << types;
}

// Who gives wrong codes got past the password: its owner hears of it, once in a row.
TEST_F(FactorApi, the_owner_hears_of_five_wrong_codes_in_a_row_and_not_of_each) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto letters = [&] {
    return std::ranges::count_if(api_.mails(), [](const MailJob& job) { return job.kind == MailKind::codes_failed; });
  };
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) {
      api_.clock.advance(2h);  // no wait is in the way
      EXPECT_EQ(second_step(api_.login_as("alice"), code_that_is_wrong(enrolled.app)).slug(), "/problems/wrong-code");
    }
  };
  fail(4);
  EXPECT_EQ(letters(), 0);
  fail(1);
  EXPECT_EQ(letters(), 1);
  fail(6);
  EXPECT_EQ(letters(), 0);
  api_.clock.advance(2h);
  ASSERT_EQ(second_step(api_.login_as("alice"), enrolled.app.code(api_.clock.now())).status, 200U);
  fail(5);
  EXPECT_EQ(letters(), 1);
}

TEST_F(FactorApi, administrators_act_with_two_factors_only) {
  const auto admin = api_.register_account("theadmin");
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(admin.id, {"admin"}, IdentityStack::caller())));
  const auto weak = ApiStack::bearer(api_.login_as("theadmin"));
  for (const auto& route : api_.router.routes()) {
    if (!route.path.starts_with("/v1/admin/")) continue;
    EXPECT_EQ(route.step_up, "second_factor") << route.path;
    std::string path = route.path;
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, alice_.id.to_string());
    const auto reply = api_.send(route.method, path, weak);
    EXPECT_EQ(reply.status, 401U) << path;
    EXPECT_EQ(reply.slug(), "/problems/insufficient-user-authentication") << path;
  }
  EXPECT_EQ(api_.get("/v1/admin/accounts", api_.strong_bearer(admin)).status, 200U);
  // Who may not anyway is told that.
  EXPECT_EQ(api_.get("/v1/admin/accounts", ApiStack::bearer(api_.login_as("alice"))).status, 403U);
}

// L02: neither the secret, nor a code, nor a name shows in the log.
TEST_F(FactorApi, L02_nothing_secret_or_personal_reaches_the_log) {
  const auto enrolled = enrol(ApiStack::bearer(api_.login_as("alice")), "canarycanary");
  const auto code = enrolled.app.code(api_.clock.now());
  (void)second_step(api_.login_as("alice"), code);
  (void)second_step(api_.login_as("alice"), enrolled.codes[0], "recovery_code");
  for (const std::string& text : {std::string("canarycanary"), code, enrolled.codes[0], std::string("ghl_")}) {
    EXPECT_FALSE(api_.log.contains(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::identity
