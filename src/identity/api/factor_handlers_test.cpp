#include <gtest/gtest.h>

#include <string>

#include "identity/api/factor_api_fixture.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

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

TEST_F(FactorApi, S05_removing_a_factor_ends_the_other_sessions) {
  const auto phone = enrol(ApiStack::bearer(api_.login_as("alice")));
  const auto other = sign_in(phone);
  const auto own = sign_in(phone);
  const auto tablet = enrol(ApiStack::bearer(own), "tablet");
  const auto removed = api_.send(http::Method::delete_, "/v1/factors/" + phone.id, ApiStack::bearer(own));
  EXPECT_EQ(removed.status, 204U);
  EXPECT_EQ(removed.header("Set-Cookie"), "");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(other)).status, 401U);
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", other.text("refresh_token")}}).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(own)).text("acr"), "urn:gatehouse:acr:2fa");
}

// Or else an administrator would go on acting without one, for as long as the session lives.
TEST_F(FactorApi, M06_with_the_last_factor_end_the_codes_and_every_session_that_was_one_of_two_factors) {
  const auto admin = api_.register_account("theadmin");
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(admin.id, {"admin"}, IdentityStack::caller())));
  const auto login = api_.login_as("theadmin");
  const auto app = enrol(ApiStack::bearer(login));
  const auto own = api_.post("/v1/refresh", {{"refresh_token", login.text("refresh_token")}});
  const auto who = ApiStack::bearer(own);
  ASSERT_EQ(api_.get("/v1/admin/accounts", who).status, 200U);

  const auto removed = api_.send(http::Method::delete_, "/v1/factors/" + app.id, who);
  EXPECT_EQ(removed.status, 204U);
  EXPECT_NE(removed.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(api_.get("/v1/admin/accounts", who).status, 401U);
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", own.text("refresh_token")}}).status, 401U);

  const auto again = api_.login_as("theadmin");
  const auto weak = ApiStack::bearer(again);
  const auto overview = api_.get("/v1/factors", weak);
  EXPECT_EQ(overview.json().at("factors").as_array().size(), 0U);
  EXPECT_EQ(overview.json().at("recovery_codes").as_int64(), 0);
  EXPECT_EQ(api_.get("/v1/admin/accounts", weak).slug(), "/problems/insufficient-user-authentication");
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
