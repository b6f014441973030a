#include "gate/gate.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gate/tokens_test.hpp"

namespace gatehouse::gate {
namespace {

using std::chrono::seconds;
using Headers = std::vector<http::Header>;

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

class GateTest : public testing::Test {
 protected:
  GateTest() { make_gate(); }

  void make_gate() {
    options.verifier = test::verifier_options();
    options.proxies = http::TrustedProxies({*base::Cidr::parse("10.0.0.0/8")});
    options.bad_tokens = {5, 1};
    gate = std::make_unique<Gate>(options, policy, clock, counters);
    gate->verifier().set_keys(test::key_set({&key}));
    gate->verifier().feed_is_fresh();
  }

  static std::vector<Rule> rules() {
    std::vector<Rule> all(5);
    all[0].path = "/public/**";
    all[0].access = Access::everyone;
    all[1].path = "/admin/**";
    all[1].roles = {"admin"};
    all[2].path = "/fresh";
    all[2].max_age = seconds(60);
    all[3].path = "/strong";
    all[3].assurance = contract::Assurance::two_factors;
    all[4].path = "/shut/**";
    all[4].access = Access::nobody;
    return all;
  }

  std::string ask(std::string_view url, Headers headers = {}, const char* client = "192.0.2.1") {
    headers.push_back({"X-Original-URL", url});
    headers.push_back({"X-Original-Method", "GET"});
    return ask_raw(headers, client);
  }
  std::string ask_raw(const Headers& headers, const char* client = "192.0.2.1", const char* peer = "10.0.0.1") {
    const auto request = std::make_unique<http::Request>();
    request->peer = *base::IpAddress::parse(peer);
    request->client = *base::IpAddress::parse(client);
    for (const auto& header : headers) request->headers[request->header_count++] = header;
    std::string out;
    gate->check(*request, {.date = kDate}, out);
    return out;
  }
  [[nodiscard]] std::string bearer() const { return "Bearer " + token(); }
  [[nodiscard]] std::string token() const {
    return crypto::sign_jwt(key, "at+jwt", test::claims_at(base::FakeClock().now()));
  }

  static std::string status(const std::string& answer) { return answer.substr(9, 3); }
  static std::string header(const std::string& answer, const std::string& name) {
    const auto start = answer.find("\r\n" + name + ": ");
    if (start == std::string::npos) return "absent";
    const auto value = start + name.size() + 4;
    return answer.substr(value, answer.find("\r\n", value) - value);
  }

  base::FakeClock clock;
  const crypto::SigningKey key = test::new_key();
  GateOptions options;
  const Policy policy{rules(), Access::signed_in};
  Counters counters{1};
  std::unique_ptr<Gate> gate;
};

TEST_F(GateTest, a_yes_byte_by_byte) {
  const auto good = bearer();
  const std::string expected =
      "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nCache-Control: no-store\r\nX-Auth-Decision: allow\r\n"
      "X-Auth-Subject: 01890000-0000-7000-8000-00000000000a\r\nX-Auth-Session: 11111111-2222-4333-8444-555555555555\r\n"
      "X-Auth-Roles: member,editor\r\nX-Auth-Scope: read write\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(ask("/a", {{"Authorization", good}}), expected);
  EXPECT_EQ(ask("/a", {{"Authorization", good}}), expected) << "the second comes from the cache";
  const std::string cookie = "__Host-gatehouse_access=" + good.substr(7);
  EXPECT_EQ(ask("/a", {{"Cookie", cookie}}), expected);
}

// G01: each identity header is always there, so that the proxy always overwrites what the client sent.
TEST_F(GateTest, G01_a_public_path_sets_every_identity_header_empty) {
  EXPECT_EQ(
      ask("/public/x", {{"X-Auth-Subject", "admin"}, {"X-Auth-Roles", "admin"}}),
      "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nCache-Control: no-store\r\nX-Auth-Decision: allow\r\n"
      "X-Auth-Subject: \r\nX-Auth-Session: \r\nX-Auth-Roles: \r\nX-Auth-Scope: \r\nContent-Length: 0\r\n\r\n");
}

TEST_F(GateTest, G01_what_the_client_says_of_itself_is_never_echoed) {
  const auto good = bearer();
  for (const char* url : {"/a", "/public/a", "/admin", "/shut"}) {
    for (const bool signed_in : {true, false}) {
      Headers headers{{"X-Auth-Subject", "canary"},   {"X-Auth-Session", "canary"},  {"X-Auth-Roles", "canary"},
                      {"X-Auth-Scope", "canary"},     {"X-Auth-Decision", "canary"}, {"X-Auth-Sign-In", "canary"},
                      {"User-Agent", "kube-probe/1"}, {"X-User-Id", "canary"}};
      if (signed_in) headers.push_back({"Authorization", good});
      EXPECT_EQ(ask(url, headers).find("canary"), std::string::npos) << url;
    }
  }
}

// G05: a health checker's name opens nothing.
TEST_F(GateTest, G05_no_user_agent_is_let_through) {
  for (const char* agent : {"kube-probe/1.29", "GoogleHC/1.0", "ELB-HealthChecker/2.0"}) {
    EXPECT_EQ(status(ask("/a", {{"User-Agent", agent}})), "401") << agent;
  }
}

TEST_F(GateTest, a_signed_in_caller_is_known_on_public_paths_too) {
  const auto good = bearer();
  EXPECT_EQ(header(ask("/public/x", {{"Authorization", good}}), "X-Auth-Subject"), test::kAccount);
  const auto anonymous = ask("/public/x", {{"Authorization", "Bearer bad"}});
  EXPECT_EQ(status(anonymous), "200");
  EXPECT_EQ(header(anonymous, "X-Auth-Subject"), "");
}

TEST_F(GateTest, without_a_credential_a_plain_challenge) {
  const auto answer = ask("/a");
  EXPECT_EQ(status(answer), "401");
  EXPECT_EQ(header(answer, "WWW-Authenticate"), "Bearer realm=\"gatehouse\"");
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json");
}

// T01 and on: why a token is bad is nobody's business but ours.
TEST_F(GateTest, T01_every_bad_token_gets_the_same_answer_to_the_byte) {
  const auto good = token();
  const auto other = crypto::sign_jwt(test::new_key(), "at+jwt", test::claims_at(clock.now()));
  auto expired_claims = test::claims_at(clock.now() - seconds(5'000));
  const auto expired = crypto::sign_jwt(key, "at+jwt", expired_claims);
  const auto revoked = crypto::sign_jwt(key, "at+jwt", test::claims_at(clock.now(), "revoked"));
  gate->verifier().apply(test::revoked(contract::Revocation::Kind::token, "revoked", clock.now()));
  const std::string cookie = "__Host-gatehouse_access=" + good;
  const std::string authorization = "Bearer " + good;
  std::set<std::string> answers;
  for (const auto& bad : {std::string(), std::string("x"), good + "x", other, expired, revoked, std::string("a.b.c")}) {
    const std::string header = "Bearer " + bad;
    answers.insert(ask("/a", {{"Authorization", header}}, ("192.0.2." + std::to_string(answers.size() + 10)).c_str()));
  }
  answers.insert(ask("/a", {{"Authorization", authorization}, {"Cookie", cookie}}));
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_EQ(status(*answers.begin()), "401");
  EXPECT_EQ(header(*answers.begin(), "WWW-Authenticate"), "Bearer realm=\"gatehouse\", error=\"invalid_token\"");
}

TEST_F(GateTest, a_stale_sign_in_is_told_which_one_would_do) {
  const auto good = bearer();
  EXPECT_EQ(status(ask("/fresh", {{"Authorization", good}})), "200");
  clock.advance(seconds(55));
  gate->verifier().feed_is_fresh();
  const auto stale = ask("/fresh", {{"Authorization", good}});
  EXPECT_EQ(status(stale), "401");
  EXPECT_EQ(header(stale, "WWW-Authenticate"),
            "Bearer realm=\"gatehouse\", error=\"insufficient_user_authentication\", max_age=60");
  EXPECT_EQ(header(ask("/strong", {{"Authorization", good}}), "WWW-Authenticate"),
            "Bearer realm=\"gatehouse\", error=\"insufficient_user_authentication\", "
            "acr_values=\"urn:gatehouse:acr:2fa\"");
}

TEST_F(GateTest, what_is_answered_403_is_kept_with_account_rule_and_method_and_nothing_else_is) {
  const auto good = bearer();
  (void)ask("/a", {{"Authorization", good}});
  (void)ask("/public/x");
  (void)ask("/a");
  (void)ask("/fresh", {{"Authorization", "Bearer forged"}});
  EXPECT_TRUE(gate->refusals().take().empty());
  for (int i = 0; i < 3; ++i) (void)ask("/admin/x?token=canary", {{"Authorization", good}});
  (void)ask("/shut", {{"Authorization", good}});
  (void)ask("/admin%00", {{"Authorization", good}});
  (void)ask_raw({{"Authorization", good}}, "192.0.2.1", "192.0.2.9");
  const auto kept = gate->refusals().take();
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(kept[0].account->to_string(), "01890000-0000-7000-8000-00000000000a");
  EXPECT_EQ(kept[0].reason, Reason::not_permitted);
  EXPECT_EQ(kept[0].rule, 2U);
  EXPECT_EQ(kept[0].method, "GET");
  EXPECT_EQ(kept[0].times, 3U);
  EXPECT_EQ(kept[1].reason, Reason::denied_by_rule);
  EXPECT_EQ(kept[1].rule, 5U);
  EXPECT_FALSE(kept[1].account) << "the token was not looked at";
  EXPECT_EQ(kept[2].reason, Reason::bad_request);
  EXPECT_EQ(kept[2].rule, 0U);
  EXPECT_EQ(kept[3].reason, Reason::untrusted_proxy);
  EXPECT_EQ(kept[3].method, "other") << "what a stranger says is not even read";
}

TEST_F(GateTest, what_is_not_permitted_is_403) {
  const auto good = bearer();
  EXPECT_EQ(status(ask("/admin/x", {{"Authorization", good}})), "403");
  EXPECT_EQ(status(ask("/shut", {{"Authorization", good}})), "403");
  EXPECT_EQ(counters.sum(Reason::not_permitted), 1U);
  EXPECT_EQ(counters.sum(Reason::denied_by_rule), 1U);
}

TEST_F(GateTest, G04_paths_that_lead_around_a_rule_do_not) {
  const auto good = bearer();
  for (const char* url : {"/public/../admin/x", "/public/%2e%2e/admin/x", "//admin/x", "/./admin", "/%61dmin/x",
                          "/public/..%2fadmin/x", "/public;/../admin/x", "/admin%00", "/admin\\x"}) {
    EXPECT_EQ(status(ask(url, {{"Authorization", good}})), "403") << url;
  }
}

TEST_F(GateTest, G04_what_the_proxy_did_not_say_clearly_is_refused) {
  const auto good = bearer();
  EXPECT_EQ(status(ask_raw({{"Authorization", good}})), "403");
  EXPECT_EQ(status(ask("/a", {{"Authorization", good}, {"X-Forwarded-Uri", "/public/x"}})), "403");
  EXPECT_EQ(status(ask("/a", {{"Authorization", good}, {"X-Original-URL", "/public/x"}})), "403");
}

TEST_F(GateTest, a_peer_that_is_no_proxy_of_ours_is_answered_no) {
  const auto good = bearer();
  EXPECT_EQ(status(ask_raw({{"Authorization", good}, {"X-Original-URL", "/public/x"}, {"X-Original-Method", "GET"}},
                           "203.0.113.1", "203.0.113.1")),
            "403");
  EXPECT_EQ(counters.sum(Reason::untrusted_proxy), 1U);
}

TEST_F(GateTest, only_a_navigation_is_told_where_to_sign_in) {
  options.sign_in_url = "https://id.example/sign-in";
  make_gate();
  const Headers navigation{{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}};
  EXPECT_EQ(header(ask("https://app.example/a?b=c&d", navigation), "X-Auth-Sign-In"),
            "https://id.example/sign-in?return_to=/a%3Fb%3Dc%26d");
  EXPECT_EQ(header(ask("/a"), "X-Auth-Sign-In"), "absent");
  EXPECT_EQ(header(ask("/a", {{"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Dest", "empty"}}), "X-Auth-Sign-In"), "absent");
  EXPECT_EQ(header(ask("/a", {{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "iframe"}}), "X-Auth-Sign-In"),
            "absent");
  EXPECT_EQ(header(ask("/shut", navigation), "X-Auth-Sign-In"), "absent") << "signing in would not help";
  options.sign_in_url = "https://id.example/?x=y";
  make_gate();
  EXPECT_EQ(header(ask("/a", navigation), "X-Auth-Sign-In"), "https://id.example/?x=y&return_to=/a");
}

// A header that a proxy has no room for would be its 502; and the pages take no longer address.
TEST_F(GateTest, the_way_back_is_left_out_where_it_is_long) {
  options.sign_in_url = "https://id.example/sign-in";
  make_gate();
  const Headers navigation{{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}};
  const auto back = [&](const std::string& path) { return header(ask(path.c_str(), navigation), "X-Auth-Sign-In"); };
  EXPECT_EQ(back("/" + std::string(2'047, 'a')), "https://id.example/sign-in?return_to=/" + std::string(2'047, 'a'));
  EXPECT_EQ(back("/" + std::string(2'048, 'a')), "https://id.example/sign-in?return_to=/");
  EXPECT_EQ(back("/?" + std::string(700, '=')),
            "https://id.example/sign-in?return_to=/");  // each is three when encoded
}

TEST_F(GateTest, G12_the_way_back_never_leads_elsewhere) {
  options.sign_in_url = "https://id.example/sign-in";
  make_gate();
  const Headers navigation{{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}};
  for (const char* url : {"//evil.example/x", "///evil.example", "https://app.example//evil.example"}) {
    const auto where = header(ask(url, navigation), "X-Auth-Sign-In");
    EXPECT_TRUE(where.starts_with("https://id.example/sign-in?return_to=/")) << where;
    EXPECT_EQ(where.find("return_to=//"), std::string::npos) << where;
  }
  for (const char* url : {"/\\evil.example", "/%0d%0aSet-Cookie:a=b", "/%5cevil"}) {
    EXPECT_EQ(status(ask(url, navigation)), "403") << url;
  }
  EXPECT_EQ(header(ask("/a?x=%0d%0aSet-Cookie:a=b", navigation), "X-Auth-Sign-In"),
            "https://id.example/sign-in?return_to=/a%3Fx%3D%250d%250aSet-Cookie%3Aa%3Db");
}

// T14, DESIGN 7: a signature check costs ten times the rest; forged tokens get few of them.
TEST_F(GateTest, T14_an_address_gets_few_signature_checks_for_bad_tokens) {
  const auto good = bearer();
  const auto other_good = "Bearer " + crypto::sign_jwt(key, "at+jwt", test::claims_at(clock.now(), "jti-2"));
  ASSERT_EQ(status(ask("/a", {{"Authorization", good}})), "200");
  for (int i = 0; i < 5; ++i) {
    const std::string bad = "Bearer bad" + std::to_string(i);
    EXPECT_EQ(status(ask("/a", {{"Authorization", bad}})), "401");
  }
  const auto refused = ask("/a", {{"Authorization", "Bearer bad"}});
  EXPECT_EQ(status(refused), "429");
  EXPECT_EQ(header(refused, "Retry-After"), "1");
  EXPECT_EQ(status(ask("/a", {{"Authorization", good}})), "200") << "who was seen before is not kept out";
  EXPECT_EQ(status(ask("/a", {{"Authorization", other_good}}, "192.0.2.77")), "200") << "nor is another address";
  clock.advance(seconds(1));
  gate->verifier().feed_is_fresh();
  EXPECT_EQ(status(ask("/a", {{"Authorization", other_good}})), "200");
}

TEST_F(GateTest, G10_bad_tokens_of_one_64_network_count_together) {
  for (int i = 0; i < 5; ++i)
    (void)ask("/a", {{"Authorization", "Bearer bad"}}, ("2001:db8::" + std::to_string(i + 1)).c_str());
  EXPECT_EQ(status(ask("/a", {{"Authorization", "Bearer bad"}}, "2001:db8::ffff:9")), "429");
}

TEST_F(GateTest, good_tokens_cost_nothing_of_the_budget) {
  for (int i = 0; i < 50; ++i) {
    const auto good =
        "Bearer " + crypto::sign_jwt(key, "at+jwt", test::claims_at(clock.now(), "jti" + std::to_string(i)));
    ASSERT_EQ(status(ask("/a", {{"Authorization", good}})), "200");
  }
}

TEST_F(GateTest, F02_a_lost_feed_is_503_never_401_and_never_200) {
  const auto good = bearer();
  ASSERT_EQ(status(ask("/a", {{"Authorization", good}})), "200");
  clock.advance(seconds(6));
  const auto answer = ask("/a", {{"Authorization", good}});
  EXPECT_EQ(status(answer), "503");
  EXPECT_EQ(header(answer, "Retry-After"), "1");
  EXPECT_EQ(status(ask("/public/x", {{"Authorization", good}})), "200") << "what is public needs no feed";
  EXPECT_EQ(header(ask("/public/x", {{"Authorization", good}}), "X-Auth-Subject"), "");
  EXPECT_EQ(status(ask("/a")), "401") << "nor does it need one to see that nobody signed in";
}

TEST_F(GateTest, a_policy_without_rules_needs_no_original_request_but_refuses_a_doubtful_one) {
  const Policy uniform({}, Access::signed_in);
  gate = std::make_unique<Gate>(options, uniform, clock, counters);
  gate->verifier().set_keys(test::key_set({&key}));
  gate->verifier().feed_is_fresh();
  const auto good = bearer();
  EXPECT_EQ(status(ask_raw({{"Authorization", good}})), "200");
  EXPECT_EQ(status(ask("/a%00", {{"Authorization", good}})), "403");
  gate.reset();
}

TEST_F(GateTest, says_whether_the_connection_stays) {
  const auto request = std::make_unique<http::Request>();
  request->peer = *base::IpAddress::parse("10.0.0.1");
  request->headers[0] = {"X-Original-URL", "/public/x"};
  request->headers[1] = {"X-Original-Method", "GET"};
  request->header_count = 2;
  std::string closing, old;
  gate->check(*request, {.date = kDate, .keep_alive = false}, closing);
  EXPECT_EQ(header(closing, "Connection"), "close");
  gate->check(*request, {.date = kDate, .http_1_0 = true}, old);
  EXPECT_EQ(header(old, "Connection"), "keep-alive");
}

}  // namespace
}  // namespace gatehouse::gate
