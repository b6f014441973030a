#include "identity/api/access.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "identity/api/api_fixture.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {
namespace {

class AccessApi : public ::testing::Test {
 protected:
  ApiStack api_;
  Account alice_ = api_.register_account("alice");
  const boost::json::object credentials_{{"username", "alice"}, {"password", IdentityStack::kPassword}};
};

TEST_F(AccessApi, without_a_credential_every_guarded_route_is_401_and_says_how) {
  for (const auto& route : api_.router.routes()) {
    if (route.access == "public") continue;
    std::string path = route.path;
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, alice_.id.to_string());
    const auto reply = api_.send(route.method, path);
    EXPECT_EQ(reply.status, 401U) << path;
    EXPECT_EQ(reply.slug(), "/problems/not-signed-in") << path;
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer realm=\"gatehouse\"") << path;
  }
}

TEST_F(AccessApi, bad_tokens_are_one_answer) {
  const auto login = api_.login_as("alice");
  const std::string good = login.text("access_token");
  std::string tampered = good;
  tampered[good.size() / 2] = tampered[good.size() / 2] == 'A' ? 'B' : 'A';
  const auto reference = api_.get("/v1/me", {{"Authorization", "Bearer rubbish"}});
  EXPECT_EQ(reference.status, 401U);
  EXPECT_EQ(reference.header("WWW-Authenticate"), "Bearer realm=\"gatehouse\", error=\"invalid_token\"");
  // T08: a refresh token is no access token.
  for (const std::string& token :
       {tampered, good + "A", login.text("refresh_token"), good.substr(0, good.rfind('.'))}) {
    const auto reply = api_.get("/v1/me", {{"Authorization", "Bearer " + token}});
    EXPECT_EQ(reply.status, 401U);
    EXPECT_EQ(reply.raw.body, reference.raw.body);
  }
  EXPECT_EQ(api_.get("/v1/me", {{"Authorization", "Basic " + good}}).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", {{"Authorization", "bearer " + good}}).status, 200U);
  EXPECT_EQ(api_.get("/v1/me?access_token=" + good).status, 401U);
}

TEST_F(AccessApi, two_credentials_are_ambiguous) {
  const auto login = api_.login_as("alice", "cookie");
  auto both = ApiStack::cookies(login);
  both.push_back(ApiStack::bearer(login).front());
  auto two_headers = ApiStack::bearer(login);
  two_headers.push_back(two_headers.front());
  const std::string access = "__Host-gatehouse_access=" + login.text("access_token");
  for (const Headers& headers : {both, two_headers, Headers{{"Cookie", access + "; " + access}}}) {
    const auto reply = api_.get("/v1/me", headers);
    EXPECT_EQ(reply.status, 401U);
    EXPECT_EQ(reply.slug(), "/problems/ambiguous-credentials");
  }
  EXPECT_EQ(api_.get("/v1/me", {{"Cookie", access}}).status, 200U);
}

// "Could not decide" is never a "no".
TEST_F(AccessApi, a_stale_feed_of_revocations_is_unavailable_and_not_401) {
  const auto login = api_.login_as("alice");
  api_.authenticator.stale = true;
  EXPECT_THROW((void)api_.get("/v1/me", ApiStack::bearer(login)), base::Unavailable);
}

TEST_F(AccessApi, a_role_without_the_permission_is_forbidden) {
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(alice_.id, {"guest"}, IdentityStack::caller())));
  const auto guest = ApiStack::bearer(api_.login_as("alice"));
  for (const char* path : {"/v1/me", "/v1/sessions", "/v1/admin/accounts"}) {
    const auto reply = api_.get(path, guest);
    EXPECT_EQ(reply.status, 403U) << path;
    EXPECT_EQ(reply.slug(), "/problems/forbidden") << path;
  }
}

TEST_F(AccessApi, a_reader_of_accounts_may_read_and_not_change_them) {
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(alice_.id, {"auditor"}, IdentityStack::caller())));
  const auto auditor = api_.strong_bearer(alice_);
  const std::string path = "/v1/admin/accounts/" + alice_.id.to_string();
  EXPECT_EQ(api_.get("/v1/admin/accounts", auditor).status, 200U);
  EXPECT_EQ(api_.get(path, auditor).status, 200U);
  for (const char* step : {"/disable", "/enable", "/end-sessions"}) {
    EXPECT_EQ(api_.send(http::Method::post, path + step, auditor).status, 403U) << step;
  }
}

// Login CSRF and CSRF: nothing that changes state is taken from a page of another site.
TEST_F(AccessApi, refuses_login_and_registration_from_a_foreign_page) {
  const Headers foreign[] = {{{"Origin", "https://evil.example"}},
                             {{"Origin", "null"}},
                             {{"Origin", "https://app.example.evil.example"}},
                             {{"Origin", "http://app.example"}},
                             {{"Origin", "https://app.example:8443"}},
                             {{"Sec-Fetch-Site", "cross-site"}},
                             {{"Sec-Fetch-Site", "same-site"}},
                             {{"Origin", "https://app.example"}, {"Sec-Fetch-Site", "cross-site"}},
                             {{"Origin", "https://app.example"}, {"Origin", "https://evil.example"}}};
  for (const auto& headers : foreign) {
    const auto login = api_.post("/v1/login", credentials_, headers);
    EXPECT_EQ(login.status, 403U) << headers.front().second;
    EXPECT_EQ(login.slug(), "/problems/cross-site-request");
    EXPECT_EQ(api_.post("/v1/register", credentials_, headers).status, 403U);
  }
  EXPECT_EQ(api_.post("/v1/login", credentials_, {{"Origin", "https://app.example"}}).status, 200U);
  EXPECT_EQ(api_.post("/v1/login", credentials_, {{"Sec-Fetch-Site", "none"}}).status, 200U);
  EXPECT_EQ(api_.post("/v1/login", credentials_).status, 200U);
}

TEST_F(AccessApi, a_cookie_without_origin_or_fetch_metadata_changes_nothing) {
  const auto login = api_.login_as("alice", "cookie");
  const Headers only_cookie{ApiStack::cookies(login).front()};
  EXPECT_EQ(api_.send(http::Method::post, "/v1/logout", only_cookie).status, 403U);
  EXPECT_EQ(api_.send(http::Method::post, "/v1/refresh", only_cookie).status, 403U);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/sessions", only_cookie).status, 403U);
  auto foreign = only_cookie;
  foreign.emplace_back("Origin", "https://evil.example");
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/sessions", foreign).status, 403U);
  // Reading needs neither, and the session lives on.
  EXPECT_EQ(api_.get("/v1/me", only_cookie).status, 200U);
}

TEST_F(AccessApi, a_body_of_a_type_that_forms_can_send_is_415) {
  const std::string body = boost::json::serialize(credentials_);
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "",
                           "text/plain; application/json", "application/jsonp", "application/json, text/plain"}) {
    const auto reply = api_.send(http::Method::post, "/v1/login", {{"Content-Type", type}}, body);
    EXPECT_EQ(reply.status, 415U) << type;
  }
  EXPECT_EQ(api_.send(http::Method::post, "/v1/login", {}, body).status, 415U);
  const Headers two{{"Content-Type", "application/json"}, {"Content-Type", "text/plain"}};
  EXPECT_EQ(api_.send(http::Method::post, "/v1/login", two, body).status, 415U);
  const Headers charset{{"Content-Type", "Application/JSON; charset=UTF-8"}};
  EXPECT_EQ(api_.send(http::Method::post, "/v1/login", charset, body).status, 200U);
}

// G11, G13: one path is one route; no method is overridden.
TEST_F(AccessApi, G13_alias_paths_and_method_overrides_reach_no_handler) {
  for (const char* path : {"/v1/login/", "//v1/login", "/V1/LOGIN", "/v1//login", "/v1/%6cogin", "/v1/login;x"}) {
    EXPECT_EQ(api_.post(path, credentials_).status, 404U) << path;
  }
  // A cache that goes by the ending of a path finds nothing personal behind it (web cache deception).
  const auto who = ApiStack::bearer(api_.login_as("alice"));
  for (const char* path : {"/v1/me/x.css", "/v1/me.css", "/v1/me;x.css", "/v1/me%2fx.css", "/v1/me%3fx.css"}) {
    EXPECT_EQ(api_.get(path, who).status, 404U) << path;
  }
  EXPECT_EQ(api_.get("/v1/login", {{"X-HTTP-Method-Override", "POST"}}).status, 405U);
  EXPECT_EQ(api_.send(http::Method::other, "/v1/me").status, 405U);
}

// B06: wherever a member names a thing by its id, somebody else's is not there. A new route has to say here what it is
// sent.
TEST_F(AccessApi, B06_no_route_finds_by_its_id_what_is_somebody_elses) {
  const auto bobby = api_.register_account("bobby");
  const auto of_bobby = api_.strong_bearer(bobby);
  const auto session = api_.get("/v1/sessions", of_bobby).json().at("sessions").as_array().at(0).as_object();
  const auto begun = api_.post("/v1/factors/totp", {{"name", "phone"}}, of_bobby);
  const FakeApp app(begun.text("secret"));
  const auto code = app.code(api_.clock.now());
  ASSERT_EQ(api_.post("/v1/factors/totp/" + begun.text("id") + "/confirm", {{"code", code}}, of_bobby).status, 201U);
  const auto waiting = api_.post("/v1/factors/totp", {{"name", "tablet"}}, of_bobby);
  const std::string ids[] = {bobby.id.to_string(), std::string(session.at("id").as_string()), begun.text("id"),
                             waiting.text("id")};
  const std::map<std::string, std::string, std::less<>> bodies{
      {"/v1/session/{id}", ""},
      {"/v1/sessions/{id}", ""},
      {"/v1/factors/{id}", R"({"name":"mine"})"},
      {"/v1/factors/totp/{id}/confirm",
       R"({"code":")" + FakeApp(waiting.text("secret")).code(api_.clock.now()) + "\"}"},
  };
  std::size_t asked = 0;
  for (const auto& route : api_.router.routes()) {
    const auto at = route.path.find("{id}");
    if (at == std::string::npos || route.access == "public" || route.path.starts_with("/v1/admin/")) continue;
    const auto body = bodies.find(route.path);
    ASSERT_NE(body, bodies.end()) << route.path;
    for (const auto& id : ids) {
      auto headers = api_.strong_bearer(alice_);
      headers.emplace_back("Content-Type", "application/json");
      auto path = route.path;
      path.replace(at, 4, id);
      const auto reply = api_.send(route.method, path, headers, route.body_limit == 0 ? "" : body->second);
      EXPECT_EQ(reply.status, 404U) << path << reply.raw.body;
      ++asked;
    }
  }
  EXPECT_GE(asked, 5U * std::size(ids));
  EXPECT_EQ(api_.get("/v1/me", of_bobby).status, 200U);
  EXPECT_EQ(api_.get("/v1/factors", of_bobby).json().at("factors").as_array().size(), 1U);
}

// A GET may be sent by a link or an image of any page: none changes anything (RFC 9110 section 9.2.1). Who takes a copy
// leaves a record of having done so.
TEST_F(AccessApi, reading_writes_nothing) {
  const std::set<std::string, std::less<>> recorded{"/v1/admin/audit/export", "/v1/me/data"};
  const auto admin = api_.admin();
  const auto session = api_.get("/v1/sessions", admin).json().at("sessions").as_array().at(0).as_object();
  const std::string session_id(session.at("id").as_string());
  for (const auto& route : api_.router.routes()) {
    if (route.method != http::Method::get) continue;
    auto path = route.path;
    const auto& id = path.find("session") != std::string::npos ? session_id : alice_.id.to_string();
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id);
    const auto before = api_.database.stats().writer.done;
    const auto status = api_.get(path, admin).status;
    EXPECT_TRUE(status == 200U || status == 404U) << path << status;
    EXPECT_EQ(api_.database.stats().writer.done, before + (recorded.contains(route.path) ? 1 : 0)) << path;
  }
}

TEST(BrowserGuard, without_a_public_url_the_origin_is_compared_with_the_host) {
  const BrowserGuard guard("");
  const auto allows = [&](const char* host, const char* origin) {
    OwnedRequest owned;
    owned.request->method = http::Method::post;
    owned.add_header("Host", host);
    owned.add_header("Origin", origin);
    return guard.allows(*owned.request);
  };
  EXPECT_TRUE(allows("127.0.0.1:8080", "http://127.0.0.1:8080"));
  EXPECT_TRUE(allows("App.example", "https://app.example"));
  EXPECT_FALSE(allows("127.0.0.1:8080", "http://127.0.0.1:9090"));
  EXPECT_FALSE(allows("app.example", "https://evil.example"));
  EXPECT_FALSE(allows("app.example", "null"));
}

}  // namespace
}  // namespace gatehouse::identity
