#include "gate/original_request.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::gate {
namespace {

// "METHOD host path target", or the error.
std::string read(const std::vector<http::Header>& headers, ProxyHeaders convention = ProxyHeaders::either) {
  const auto request = std::make_unique<http::Request>();
  for (const auto& header : headers) request->headers[request->header_count++] = header;
  std::string scratch = "left over from the check before";
  const auto original = read_original(*request, convention, scratch);
  if (!original) {
    switch (original.error()) {
      case OriginalError::missing: return "missing";
      case OriginalError::ambiguous: return "ambiguous";
      case OriginalError::unreadable: return "unreadable";
    }
  }
  std::string text;
  text.append(original->method).append(" ").append(original->host).append(" ");
  return text.append(original->path).append(" ").append(original->target);
}

std::string nginx(std::string_view url) { return read({{"X-Original-URL", url}, {"X-Original-Method", "GET"}}); }
std::string path_of(std::string_view path) {
  const std::string text = nginx("https://h" + std::string(path));
  if (!text.starts_with("GET h ")) return text;
  return text.substr(6, text.find(' ', 6) - 6);
}

TEST(OriginalRequest, reads_what_nginx_sends) {
  EXPECT_EQ(nginx("https://app.example/a/b?c=d"), "GET app.example /a/b /a/b?c=d");
  EXPECT_EQ(nginx("/a?b"), "GET  /a /a?b");
  EXPECT_EQ(nginx("https://app.example"), "GET app.example / /");
}

TEST(OriginalRequest, reads_what_traefik_and_caddy_send) {
  EXPECT_EQ(
      read({{"x-forwarded-uri", "/a?b"}, {"x-forwarded-method", "POST"}, {"x-forwarded-host", "App.Example:8443"}}),
      "POST app.example /a /a?b");
  EXPECT_EQ(read({{"X-Forwarded-Uri", "/a"}, {"X-Forwarded-Method", "POST"}}), "POST  /a /a");
}

// G04: one of the two sets is the client's own.
TEST(OriginalRequest, G04_both_conventions_at_once_are_refused) {
  const std::vector<http::Header> both{{"X-Original-URL", "/admin"},
                                       {"X-Original-Method", "GET"},
                                       {"X-Forwarded-Uri", "/public"},
                                       {"X-Forwarded-Method", "GET"}};
  EXPECT_EQ(read(both), "ambiguous");
  EXPECT_EQ(read({both[0], both[1], both[2]}), "ambiguous") << "one header of the other set is enough";
  EXPECT_EQ(read({both[1], both[2], both[3]}), "ambiguous");
  EXPECT_EQ(read(both, ProxyHeaders::original), "GET  /admin /admin");
  EXPECT_EQ(read(both, ProxyHeaders::forwarded), "GET  /public /public");
}

TEST(OriginalRequest, G04_a_header_that_comes_twice_is_refused) {
  EXPECT_EQ(read({{"X-Original-URL", "/a"}, {"x-original-url", "/b"}, {"X-Original-Method", "GET"}}), "ambiguous");
  EXPECT_EQ(read({{"X-Original-URL", "/a"}, {"X-Original-Method", "GET"}, {"X-Original-Method", "GET"}}), "ambiguous");
  EXPECT_EQ(read({{"X-Forwarded-Uri", "/a"},
                  {"X-Forwarded-Method", "GET"},
                  {"X-Forwarded-Host", "a"},
                  {"X-Forwarded-Host", "b"}}),
            "ambiguous");
}

TEST(OriginalRequest, half_a_set_is_missing) {
  EXPECT_EQ(read({}), "missing");
  EXPECT_EQ(read({{"X-Original-URL", "/a"}}), "missing");
  EXPECT_EQ(read({{"X-Original-Method", "GET"}}), "missing");
  EXPECT_EQ(read({{"X-Forwarded-Host", "h"}}), "missing");
  EXPECT_EQ(read({{"X-Forwarded-Uri", "/a"}, {"X-Forwarded-Method", "GET"}}, ProxyHeaders::original), "missing");
}

TEST(OriginalRequest, G04_a_forwarded_uri_does_not_choose_the_host) {
  EXPECT_EQ(read({{"X-Forwarded-Uri", "https://public.example/a"},
                  {"X-Forwarded-Method", "GET"},
                  {"X-Forwarded-Host", "admin.example"}}),
            "unreadable");
}

TEST(OriginalRequest, the_path_is_decoded_once_and_resolved_as_nginx_does) {
  struct Row {
    const char* sent;
    const char* read;
  };
  for (const auto& [sent, expected] : {Row{"/", "/"},
                                       Row{"/a/", "/a/"},
                                       Row{"/a//b", "/a/b"},
                                       Row{"//a", "/a"},
                                       Row{"///", "/"},
                                       Row{"/a/./b", "/a/b"},
                                       Row{"/a/../b", "/b"},
                                       Row{"/a/b/..", "/a/"},
                                       Row{"/a/.", "/a/"},
                                       Row{"/public/../admin", "/admin"},
                                       Row{"/public/%2e%2e/admin", "/admin"},
                                       Row{"/public/.%2E/admin", "/admin"},
                                       Row{"/%61dmin", "/admin"},
                                       Row{"/%41dmin", "/Admin"},
                                       Row{"/a%20b", "/a"},
                                       Row{"/a/..", "/"},
                                       Row{"/.well-known/x", "/.well-known/x"},
                                       Row{"/a...b/..c", "/a...b/..c"},
                                       Row{"/a?b/../c", "/a"},
                                       Row{"/a#b", "/a"},
                                       Row{"/caf%C3%A9", "/caf\xc3\xa9"},
                                       Row{"/%3fa", "/?a"},
                                       Row{"/a/%2e", "/a/"}}) {
    EXPECT_EQ(path_of(sent), expected) << sent;
  }
}

TEST(OriginalRequest, a_path_that_two_programs_read_in_two_ways_is_refused) {
  for (const char* path : {"/public%2fadmin",
                           "/public%2Fadmin",
                           "/..%2fadmin",
                           "/%252e%252e/admin",
                           "/a%25b",
                           "/a%00",
                           "/a%00.png",
                           "/a%0d%0ab",
                           "/a%0a",
                           "/a%09b",
                           "/a%1f",
                           "/a%7f",
                           "/a\\b",
                           "/a%5cb",
                           "/a%5Cb",
                           "/admin;x=1",
                           "/admin;",
                           "/a%3bb",
                           "/;/admin",
                           "/a%",
                           "/a%2",
                           "/a%zz",
                           "/a%u0061",
                           "/a%-1",
                           "/..",
                           "/../admin",
                           "/a/../..",
                           "/a/../../admin",
                           "/%2e%2e",
                           "/a\x01",
                           "/a\x7f"}) {
    EXPECT_EQ(path_of(path), "unreadable") << path;
  }
}

TEST(OriginalRequest, hosts_have_one_spelling) {
  for (const char* url : {"https://admin.example/x", "https://ADMIN.Example/x", "https://admin.example:443/x",
                          "https://admin.example./x", "https://Admin.Example.:8443/x"}) {
    EXPECT_EQ(nginx(url), "GET admin.example /x /x") << url;
  }
  EXPECT_EQ(nginx("https://[2001:DB8::1]:8443/x"), "GET [2001:db8::1] /x /x");
  EXPECT_EQ(nginx("https://ADMIN.example/a/../B"), "GET admin.example /B /a/../B") << "both rewritten";
}

TEST(OriginalRequest, urls_that_are_none_are_refused) {
  for (const char* url :
       {"", "a", "*", "https:/h/x", "h/x", "https://user@h/x", "https://h\\@evil/x", "https://h evil/x",
        "https://h#x/y", "https://h?x=/y", "https://a,b/x", "https://\xc3\xa4/x", "?x"}) {
    EXPECT_EQ(nginx(url), "unreadable") << url;
  }
}

}  // namespace
}  // namespace gatehouse::gate
