#include "web/pages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/support/run_on_loop.hpp"

namespace gatehouse::web {
namespace {

constexpr std::array kAssets{
    Asset{"index.html", "text/html", "<title>{{name}}</title>", {}, {}, "d0"},
    Asset{"main-abc.js", "text/javascript", "plain", "zipped", "brotlied", "d1"},
    Asset{"icon-abc.svg", "image/svg+xml", "<svg/>", {}, {}, "d2"},
};

constexpr std::string_view kBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

struct Ask {
  std::string_view target;
  std::vector<http::Header> headers{};
  http::Method method = http::Method::get;
};

class PagesTest : public testing::Test {
 protected:
  // 404 and 405 stand for what the router has no row for.
  http::Response ask(const Ask& wanted) {
    http::Request request;
    request.method = wanted.method;
    request.target = wanted.target;
    const auto mark = wanted.target.find('?');
    request.path = wanted.target.substr(0, mark);
    if (mark != std::string_view::npos) request.query = wanted.target.substr(mark + 1);
    for (const auto& header : wanted.headers) request.headers[request.header_count++] = header;
    const auto match = router_.find(request);
    if (match.route == nullptr) return http::empty_response(match.allow.empty() ? 404 : 405);
    return test::run_on_loop(match.route->handler(request));
  }
  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "absent";
  }

  static PageOptions options() {
    PageOptions options;
    options.logo = "<svg/>";
    options.logo_type = "image/svg+xml";
    options.accent = "#8a0f2c";
    options.return_origins = {"https://app.example"};
    return options;
  }

  Pages pages_{options(), kAssets};
  http::Router router_{pages_.routes()};
};

TEST_F(PagesTest, every_page_is_the_document_that_nobody_keeps_or_frames) {
  for (const auto path : page_paths()) {
    const std::string target = std::regex_replace(std::string(path), std::regex("\\{id\\}"), "0190-id");
    const auto response = ask({target});
    EXPECT_EQ(response.status, 200U) << target;
    EXPECT_EQ(response.body, "<title>Gatehouse</title>");
    EXPECT_EQ(header(response, "Cache-Control"), "absent") << "no-store is what an answer carries that says nothing";
    EXPECT_EQ(header(response, "X-Frame-Options"), "DENY");
  }
}

TEST_F(PagesTest, policy_lets_no_text_become_a_script_and_nothing_load_from_elsewhere) {
  const auto policy = header(ask({"/sign-in"}), "Content-Security-Policy");
  for (const char* part :
       {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "form-action 'self'",
        "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"}) {
    EXPECT_NE(policy.find(part), std::string::npos) << part;
  }
  for (const char* part : {"unsafe", "http:", "https:", "*"}) EXPECT_EQ(policy.find(part), std::string::npos) << part;
}

TEST_F(PagesTest, an_asset_is_kept_for_ever_in_the_coding_that_was_asked_for) {
  const auto brotli = ask({"/_gatehouse/main-abc.js", {{"Accept-Encoding", "gzip, br"}}});
  EXPECT_EQ(brotli.body, "brotlied");
  EXPECT_EQ(header(brotli, "Content-Encoding"), "br");
  EXPECT_EQ(header(brotli, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(brotli, "Vary"), "Accept-Encoding");
  EXPECT_EQ(ask({"/_gatehouse/main-abc.js", {{"Accept-Encoding", "gzip"}}}).body, "zipped");
  const auto plain = ask({"/_gatehouse/main-abc.js"});
  EXPECT_EQ(plain.body, "plain");
  EXPECT_EQ(header(plain, "Content-Encoding"), "absent");
  EXPECT_EQ(ask({"/_gatehouse/icon-abc.svg", {{"Accept-Encoding", "br"}}}).body, "<svg/>");
}

TEST_F(PagesTest, an_asset_that_is_known_is_not_sent_again) {
  const auto first = ask({"/_gatehouse/main-abc.js"});
  const std::string etag = header(first, "ETag");
  const auto again = ask({"/_gatehouse/main-abc.js", {{"If-None-Match", etag}}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(header(again, "ETag"), etag);
  EXPECT_EQ(ask({"/_gatehouse/main-abc.js", {{"If-None-Match", "\"other\""}}}).status, 200U);
}

TEST_F(PagesTest, logo_and_colours_are_those_of_the_installation) {
  EXPECT_EQ(ask({"/_gatehouse/logo"}).body, "<svg/>");
  const auto theme = ask({"/_gatehouse/theme.css"});
  EXPECT_EQ(theme.content_type, "text/css; charset=utf-8");
  EXPECT_NE(theme.body.find("#8a0f2c"), std::string::npos);
  EXPECT_EQ(header(theme, "Cache-Control"), "public, no-cache");
}

TEST_F(PagesTest, a_path_is_a_name_in_a_table_and_never_a_file) {
  for (const char* target : {"/_gatehouse/",
                             "/_gatehouse/../pages.cpp",
                             "/_gatehouse/..",
                             "/_gatehouse/%2e%2e/x",
                             "/_gatehouse/main-abc.js/",
                             "/_gatehouse//main-abc.js",
                             "/_gatehouse/MAIN-ABC.JS",
                             "/_gatehouse/index.html",
                             "/_gatehouse/main-abc.js%00",
                             "/sign-in/",
                             "/Sign-in",
                             "/account/unknown",
                             "/admin/accounts/a/b",
                             "/",
                             "/.git/config",
                             "/.git/HEAD",
                             "/.svn/entries",
                             "/_gatehouse/.git/config",
                             "/_gatehouse/main-abc.js.map",
                             "/_gatehouse/main-abc.ts",
                             "/_gatehouse/main-abc.js~",
                             "/_gatehouse/package.json"}) {
    EXPECT_EQ(ask({target}).status, 404U) << target;
  }
  EXPECT_EQ(ask({.target = "/sign-in", .method = http::Method::post}).status, 405U);
}

TEST_F(PagesTest, who_types_an_address_into_a_browser_is_led_to_a_page_or_told_that_there_is_none) {
  const auto stray = [&](std::string_view path, std::string_view query = {}, std::string_view accept = kBrowser,
                         http::Method method = http::Method::get) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.headers[request.header_count++] = {"Accept", accept};
    return pages_.stray(request);
  };
  EXPECT_EQ(header(stray("/").value(), "Location"), "/account");
  EXPECT_EQ(header(stray("/admin/roles/").value(), "Location"), "/admin/roles");
  EXPECT_EQ(header(stray("/sign-in/", "return_to=/x").value(), "Location"), "/sign-in?return_to=/x");
  for (const char* nowhere : {"/nowhere", "/nowhere/", "//", "//evil.example/", "/sign-in//", "/Sign-in"}) {
    const auto answer = stray(nowhere).value();
    EXPECT_EQ(answer.status, 404U) << nowhere;
    EXPECT_EQ(answer.body, "<title>Gatehouse</title>");
    EXPECT_EQ(header(answer, "X-Frame-Options"), "DENY");
    EXPECT_EQ(header(answer, "Location"), "absent");
  }
  for (const char* interface : {"/v1/nothing", "/.well-known/nothing", "/_gatehouse/nothing.js", "/gate/nothing"}) {
    EXPECT_FALSE(stray(interface)) << interface;
  }
  EXPECT_FALSE(stray("/", {}, "*/*"));
  EXPECT_FALSE(stray("/", {}, kBrowser, http::Method::post));
  EXPECT_FALSE(Pages({}, {}).stray(http::Request{}));
}

TEST_F(PagesTest, G12_a_return_address_of_another_host_is_dropped) {
  for (const char* bad :
       {"//evil.example", "%2F%2Fevil.example", "/%5Cevil.example", "https://evil.example/", "https:evil.example",
        "javascript:alert(1)", "https%3A%2F%2Fapp.example.evil.com", "https://app.example%40evil.example", "%09//evil",
        "/x&return_to=/y", "/%250d%250aSet-Cookie:a", "%zz", ""}) {
    const auto response = ask({"/sign-in?return_to=" + std::string(bad)});
    EXPECT_EQ(response.status, 303U) << bad;
    EXPECT_EQ(header(response, "Location"), "/sign-in") << bad;
  }
  for (const char* good : {"/page", "%2Forders%2F7%3Fa%3Db", "https://app.example/x", "/a&other=1"}) {
    EXPECT_EQ(ask({"/sign-in?return_to=" + std::string(good)}).status, 200U) << good;
  }
}

TEST(Pages, without_a_document_there_are_no_routes) { EXPECT_TRUE(Pages({}, {}).routes().empty()); }

TEST(Pages, nginx_sends_each_of_them_to_us) {
  std::ifstream file(GATEHOUSE_SOURCE_DIR "/deploy/nginx/gatehouse.conf");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::smatch found;
  ASSERT_TRUE(std::regex_search(text, found, std::regex("location ~ (\\^/\\(\\?:sign-in\\S+\\$) \\{")));
  const std::regex ours(found[1].str());
  for (const auto path : page_paths()) {
    const std::string target = std::regex_replace(std::string(path), std::regex("\\{id\\}"), "0190a1b2-0000");
    EXPECT_TRUE(std::regex_search(target, ours)) << target;
  }
  // The rest of those folders stays the application's.
  for (const char* other : {"/admin/x", "/account/orders", "/sign-in/x", "/administration", "/a/sign-in"}) {
    EXPECT_FALSE(std::regex_search(std::string(other), ours)) << other;
  }
}

}  // namespace
}  // namespace gatehouse::web
