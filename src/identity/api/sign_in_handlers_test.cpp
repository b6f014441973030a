#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {
namespace {

class SignInApi : public ::testing::Test {
 protected:
  ApiStack api_;
};

TEST_F(SignInApi, registers_signs_in_and_shows_the_account) {
  const auto made = api_.register_as("Alice");
  ASSERT_EQ(made.status, 201U);
  EXPECT_EQ(made.text("username"), "alice");
  EXPECT_EQ(made.text("email"), "Alice@example.org");
  EXPECT_EQ(made.raw.body.find("password"), std::string::npos);
  const auto login = api_.login_as("alice");
  ASSERT_EQ(login.status, 200U);
  EXPECT_EQ(login.text("token_type"), "Bearer");
  EXPECT_EQ(login.json().at("expires_in").as_int64(), 900);
  EXPECT_TRUE(login.text("refresh_token").starts_with("ghr_"));
  EXPECT_FALSE(login.cookie("__Host-gatehouse_refresh"));
  EXPECT_FALSE(login.cookie("__Host-gatehouse_access"));
  const auto me = api_.get("/v1/me", ApiStack::bearer(login));
  EXPECT_EQ(me.status, 200U);
  EXPECT_EQ(me.text("id"), made.text("id"));
}

TEST_F(SignInApi, puts_the_refresh_token_into_its_cookie_alone_by_default) {
  api_.register_account("alice");
  const auto login = api_.post("/v1/login", {{"email", "alice@example.org"}, {"password", IdentityStack::kPassword}});
  ASSERT_EQ(login.status, 200U);
  EXPECT_EQ(login.text("refresh_token"), "");
  EXPECT_EQ(login.raw.body.find("ghr_"), std::string::npos);
  ASSERT_EQ(login.raw.headers.size(), 3U);
  const std::string refresh = login.raw.headers[0].second;
  const std::string access = login.raw.headers[1].second;
  const std::string device = login.raw.headers[2].second;
  for (const auto& cookie : {refresh, access, device}) {
    EXPECT_NE(cookie.find("; Path=/"), std::string::npos);
    EXPECT_NE(cookie.find("; Secure"), std::string::npos);
    EXPECT_NE(cookie.find("; HttpOnly"), std::string::npos);
    EXPECT_EQ(cookie.find("Domain"), std::string::npos);
  }
  EXPECT_TRUE(refresh.starts_with("__Host-gatehouse_refresh=ghr_"));
  EXPECT_NE(refresh.find("SameSite=Strict"), std::string::npos);
  EXPECT_NE(refresh.find("Max-Age=2592000"), std::string::npos);
  EXPECT_TRUE(access.starts_with("__Host-gatehouse_access="));
  EXPECT_NE(access.find("SameSite=Lax"), std::string::npos);
  EXPECT_NE(access.find("Max-Age=900"), std::string::npos);
  EXPECT_TRUE(device.starts_with("__Host-gatehouse_device="));
  EXPECT_NE(device.find("SameSite=Strict"), std::string::npos);
  EXPECT_NE(device.find("Max-Age=31536000"), std::string::npos);
}

// U04: to the byte but for the id of the error; the same headers, no cookie, the same number of hashes.
TEST_F(SignInApi, U04_unknown_disabled_and_wrong_are_indistinguishable) {
  api_.register_account("alice");
  const auto disabled = api_.register_account("disabled");
  ASSERT_TRUE(test::run_on_loop(api_.administration.disable(disabled.id, IdentityStack::caller())));
  const auto attempt = [&](std::string_view username, std::string_view password) {
    const auto before = api_.hashes();
    auto reply = api_.login_as(username, "cookie", password);
    EXPECT_EQ(api_.hashes() - before, 1U);
    return reply;
  };
  const auto reference = attempt("alice", "wrong wrong wrong");
  EXPECT_EQ(reference.status, 401U);
  EXPECT_EQ(reference.slug(), "/problems/wrong-credentials");
  EXPECT_EQ(reference.header("WWW-Authenticate"), "Bearer realm=\"gatehouse\"");
  for (const auto& other :
       {attempt("nobody", IdentityStack::kPassword), attempt("disabled", IdentityStack::kPassword)}) {
    EXPECT_EQ(other.status, reference.status);
    EXPECT_EQ(other.raw.body, reference.raw.body);  // no trace here, so the ids are equal, too
    EXPECT_EQ(other.raw.headers, reference.raw.headers);
    EXPECT_EQ(other.raw.content_type, reference.raw.content_type);
  }
}

// U04: a taken username is told, for it has to be another; a taken address is not.
TEST_F(SignInApi, U04_a_taken_username_is_told_and_a_taken_address_is_not) {
  api_.register_account("alice");
  const auto name = api_.post(
      "/v1/register", {{"username", "alice"}, {"email", "x@example.org"}, {"password", IdentityStack::kPassword}});
  const auto address = api_.post(
      "/v1/register", {{"username", "bobby"}, {"email", "alice@example.org"}, {"password", IdentityStack::kPassword}});
  EXPECT_EQ(name.status, 409U);
  EXPECT_EQ(name.slug(), "/problems/name-taken");
  const auto fresh = api_.post(
      "/v1/register", {{"username", "carol"}, {"email", "carol@example.org"}, {"password", IdentityStack::kPassword}});
  EXPECT_EQ(address.status, 201U);
  EXPECT_EQ(fresh.status, 201U);
  EXPECT_EQ(address.json().size(), fresh.json().size());
  EXPECT_FALSE(address.json().at("email_verified").as_bool());
  EXPECT_FALSE(fresh.json().at("email_verified").as_bool());
}

// B07: what a request may not decide is refused by name, not silently dropped.
TEST_F(SignInApi, B07_roles_and_other_unknown_members_are_refused_by_name) {
  const char* members[] = {"roles", "role", "is_admin", "state", "email_verified", "tenant_id", "id"};
  for (const char* member : members) {
    boost::json::object body{
        {"username", "mallory"}, {"email", "m@example.org"}, {"password", IdentityStack::kPassword}};
    body[member] = "admin";
    const auto reply = api_.post("/v1/register", body);
    EXPECT_EQ(reply.status, 400U);
    EXPECT_EQ(reply.fields(), member);
  }
  EXPECT_EQ(api_.login_as("mallory").status, 401U);
  const auto made = api_.register_as("mallory");
  EXPECT_EQ(made.json().at("roles").as_array().size(), 1U);
  EXPECT_EQ(made.json().at("roles").as_array()[0].as_string(), "member");
}

// X02: an array where one address is meant, and a member that stands twice.
TEST_F(SignInApi, X02_refuses_an_array_of_addresses_and_duplicate_members) {
  const boost::json::array two{"a@x.example", "b@y.example"};
  const auto array =
      api_.post("/v1/register", {{"username", "alice"}, {"email", two}, {"password", IdentityStack::kPassword}});
  EXPECT_EQ(array.status, 400U);
  EXPECT_EQ(array.fields(), "email");
  const auto login = api_.post("/v1/login", {{"email", two}, {"password", IdentityStack::kPassword}});
  EXPECT_EQ(login.status, 400U);
  EXPECT_EQ(login.fields(), "email");
  const auto twice = api_.send(http::Method::post, "/v1/login", {{"Content-Type", "application/json"}},
                               R"({"username":"alice","username":"admin","password":"lantern otter quiet 42"})");
  EXPECT_EQ(twice.status, 400U);
  EXPECT_EQ(twice.slug(), "/problems/malformed-json");
}

TEST_F(SignInApi, names_every_wrong_member_at_once) {
  const auto reply = api_.post("/v1/register", {{"username", 7}, {"password", nullptr}});
  EXPECT_EQ(reply.status, 400U);
  EXPECT_EQ(reply.raw.content_type, "application/problem+json");
  EXPECT_EQ(reply.fields(), "username email password");
  EXPECT_EQ(api_.post("/v1/login", {{"username", "a"}, {"email", "b"}, {"password", "c"}}).status, 400U);
  EXPECT_EQ(api_.post("/v1/login", {{"password", "c"}}).status, 400U);
  const auto place = api_.post("/v1/login", {{"username", "alice"}, {"password", "c"}, {"refresh_in", "header"}});
  EXPECT_EQ(place.fields(), "refresh_in");
}

TEST_F(SignInApi, every_wrong_member_carries_a_code_and_its_limit) {
  const auto errors_of = [&](const boost::json::object& body) {
    boost::json::array errors = api_.post("/v1/register", body).json().at("errors").as_array();
    for (auto& error : errors) error.get_object().erase("message");
    return boost::json::value(errors);
  };
  EXPECT_EQ(errors_of({{"username", "al ice"}, {"email", "a@localhost"}, {"password", "short"}}),
            boost::json::parse(R"([
    {"field": "username", "code": "forbidden_character"},
    {"field": "email", "code": "bad_domain"},
    {"field": "password", "code": "too_short", "limit": 12}])"));
  EXPECT_EQ(errors_of({{"username", "alice"}, {"email", "a@example.org"}, {"password", "abcabcabcabcabcabc"}}),
            boost::json::parse(R"([{"field": "password", "code": "guessable"}])"));
  EXPECT_EQ(errors_of({{"username", 7}, {"password", "c"}, {"email", "b"}, {"role", "admin"}}), boost::json::parse(R"([
    {"field": "username", "code": "invalid"},
    {"field": "role", "code": "invalid"}])"));
  EXPECT_EQ(errors_of({{"username", "alice"}, {"email", "b"}}),
            boost::json::parse(R"([{"field": "password", "code": "missing"}])"));
}

// H06: deep nesting and thousands of members end at once.
TEST_F(SignInApi, H06_refuses_deep_and_wide_bodies) {
  const Headers json{{"Content-Type", "application/json"}};
  std::string wide = "{";
  for (int i = 0; i < 50'000; ++i) wide += "\"k" + std::to_string(i) + "\":1,";
  wide.back() = '}';
  for (const std::string& body : {std::string(100'000, '['), wide, std::string("[]"), std::string("\"text\""),
                                  std::string("{\"username\":\"\\ud800\"}"), std::string("{} {}")}) {
    const auto reply = api_.send(http::Method::post, "/v1/login", json, body);
    EXPECT_EQ(reply.status, 400U);
    EXPECT_EQ(reply.slug(), "/problems/malformed-json");
  }
}

// P03: routes that take a password take 4 KiB, and no hash is run for one above 1,024 bytes.
TEST_F(SignInApi, P03_no_route_hashes_a_huge_password) {
  for (const auto& route : api_.router.routes()) {
    if (route.path == "/v1/register" || route.path == "/v1/login" || route.path == "/v1/me/password" ||
        (route.path == "/v1/me" && route.method == http::Method::patch)) {
      EXPECT_EQ(route.body_limit, 4096U) << route.path;
    }
  }
  const std::string huge(1025, 'x');
  api_.register_account("alice");
  const auto login = api_.login_as("alice");
  const auto before = api_.hashes();
  EXPECT_EQ(api_.login_as("alice", "body", huge).status, 400U);
  EXPECT_EQ(api_.register_as("bobby", huge).status, 400U);
  const auto change = api_.post("/v1/me/password", {{"current_password", huge}, {"new_password", "seven violins 99"}},
                                ApiStack::bearer(login));
  EXPECT_EQ(change.status, 400U);
  EXPECT_EQ(change.fields(), "current_password");
  EXPECT_EQ(api_.hashes(), before);
}

// P07: 400, the field and the reason.
TEST_F(SignInApi, P07_a_guessable_password_is_refused_with_the_reason) {
  for (const auto& [password, reason] : {std::pair{"passwordpassword77", "too easy to guess"},
                                         {"password1234", "known from data breaches"},
                                         {"zbigniewska2024", "too close to the username"},
                                         {"gatehouse2024!", "too easy to guess"}}) {
    const auto reply = api_.register_as("zbigniewska", password);
    EXPECT_EQ(reply.status, 400U) << password;
    EXPECT_EQ(reply.fields(), "password") << password;
    EXPECT_NE(reply.raw.body.find(reason), std::string::npos) << password << ": " << reply.raw.body;
  }
}

// U07: after some failures the answer is 429 with the time to wait, whatever the spelling.
TEST_F(SignInApi, U07_too_many_failures_are_answered_429_with_retry_after) {
  api_.register_account("alice");
  Reply last;
  for (int i = 0; i < 7; ++i) last = api_.login_as(i % 2 == 0 ? "alice" : "ALICE", "body", "wrong wrong wrong");
  EXPECT_EQ(last.status, 429U);
  EXPECT_EQ(last.slug(), "/problems/too-many-attempts");
  EXPECT_GE(std::stoi(last.header("Retry-After")), 1);
  EXPECT_EQ(api_.login_as("alice").status, 429U);
}

// G10: within one IPv6 /64 every address is the same guesser.
TEST_F(SignInApi, G10_rotating_addresses_of_one_ipv6_network_are_one_client) {
  api_.register_account("alice");
  Reply last;
  for (int i = 0; i < 7; ++i) {
    const std::string address = "2001:db8:1:2::" + std::to_string(i + 1);
    last = api_.post("/v1/login", {{"username", "alice"}, {"password", "wrong wrong wrong"}}, {}, address.c_str());
  }
  EXPECT_EQ(last.status, 429U);
}

// G09, G10: what a client writes about its address changes nothing here; only request.client counts.
TEST_F(SignInApi, G09_headers_about_the_address_do_not_reset_the_count) {
  api_.register_account("alice");
  Reply last;
  const char* claims[] = {"a", "::", "999.1.1.1", "", "10.0.0.1", "10.0.0.2", "127.0.0.1"};
  for (const char* claim : claims) {
    last = api_.post(
        "/v1/login", {{"username", "alice"}, {"password", "wrong wrong wrong"}},
        {{"X-Forwarded-For", claim}, {"X-Real-IP", claim}, {"Forwarded", claim}, {"CF-Connecting-IP", claim}});
  }
  EXPECT_EQ(last.status, 429U);
}

// U06: the cookie of an earlier sign-in makes a known device; a forged one does not.
TEST_F(SignInApi, U06_only_an_authentic_device_cookie_makes_a_known_device) {
  api_.register_account("alice");
  const auto first = api_.login_as("alice", "cookie");
  for (int i = 0; i < 120; ++i) {
    const std::string address = "198.51.100." + std::to_string(i + 1);
    (void)api_.post("/v1/login", {{"username", "alice"}, {"password", "wrong wrong wrong"}}, {}, address.c_str());
  }
  const boost::json::object right{{"username", "alice"}, {"password", IdentityStack::kPassword}};
  const Headers forged{{"Cookie", "__Host-gatehouse_device=" + std::string(43, 'A')}};
  const Headers own{{"Cookie", "__Host-gatehouse_device=" + *first.cookie("__Host-gatehouse_device")}};
  EXPECT_EQ(api_.post("/v1/login", right, forged, "203.0.113.5").status, 429U);
  EXPECT_EQ(api_.post("/v1/login", right, own, "203.0.113.5").status, 200U);
}

// S01: the session that a browser brought ends when somebody signs in on it.
TEST_F(SignInApi, S01_signing_in_ends_the_session_whose_cookie_was_held) {
  api_.register_account("alice");
  api_.register_account("mallory");
  const auto planted = api_.login_as("mallory", "cookie");
  const auto login = api_.post("/v1/login", {{"username", "alice"}, {"password", IdentityStack::kPassword}},
                               ApiStack::cookies(planted));
  ASSERT_EQ(login.status, 200U);
  EXPECT_NE(login.text("session_id"), planted.text("session_id"));
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(planted)).status, 401U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).text("username"), "alice");
}

// L02: canaries in every field of every request show in no line of the log and no figure.
TEST_F(SignInApi, L02_canaries_of_requests_do_not_reach_the_log) {
  const std::string canary = "canarycanary";
  const Headers agent{{"User-Agent", "canarycanary\r\n{\"event\":\"forged\"}"}};
  (void)api_.post("/v1/register",
                  {{"username", canary}, {"email", canary + "@example.org"}, {"password", canary + " x1"}}, agent);
  const auto login = api_.post("/v1/login", {{"username", canary}, {"password", canary + " x1"}}, agent);
  (void)api_.post("/v1/login", {{"username", canary}, {"password", canary + " wrong"}}, agent);
  (void)api_.post("/v1/refresh", {{"refresh_token", "ghr_" + canary}}, agent);
  (void)api_.post("/v1/login", {{canary, canary}}, agent);
  EXPECT_FALSE(api_.log.contains(canary));
  EXPECT_FALSE(api_.log.contains("forged"));
  EXPECT_FALSE(api_.log.contains("192.0.2.7"));
  EXPECT_EQ(api_.metrics.render().find(canary), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::identity
