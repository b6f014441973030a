#include "identity/webhook/delivery.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/scripted_server.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using test::ScriptedServer;

constexpr const char* kTaken = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

TEST(Delivery, SSRF_refuses_urls_that_must_not_be_reached) {
  const Delivery strict{{}};
  for (const char* url :
       {"http://example.org/", "https://", "https://user@example.org/", "file:///etc/passwd", "https://example.org/#x",
        "https://exa mple.org/", "gopher://example.org/", "https://:443/", "https://example.org\\@127.0.0.1/", ""}) {
    EXPECT_FALSE(strict.may_send_to(url)) << url;
  }
  EXPECT_TRUE(strict.may_send_to("https://example.org/hook?x=1"));
}

TEST(Delivery, SSRF_hosts_that_are_not_allowed_are_asked_for_nothing) {
  Delivery narrow{{.allow_http = true, .allow_private = true, .allowed_hosts = {"siem.example", "hooks.example"}}};
  for (const char* url : {"https://siem.example/hook", "https://SIEM.example:8443/x", "http://hooks.example"}) {
    EXPECT_TRUE(narrow.may_send_to(url)) << url;
  }
  ScriptedServer server({{kTaken}});
  const auto port = std::to_string(server.port());
  for (const std::string& url :
       {"http://127.0.0.1:" + port + "/", "http://localhost:" + port + "/siem.example",
        std::string("https://siem.example.evil.example/"), std::string("https://siem.example./"),
        std::string("https://a.siem.example/"), std::string("https://evil.example?siem.example"),
        std::string("https://siem.example;evil.example/"), std::string("https://[::1]/")}) {
    EXPECT_FALSE(narrow.may_send_to(url)) << url;
    EXPECT_EQ(narrow.deliver(url, "{}").kind, Delivered::Kind::forbidden) << url;
  }
}

TEST(Delivery, SSRF_checks_the_address_that_is_connected_to) {
  ScriptedServer server({{kTaken}});
  Delivery strict{{.allow_http = true, .timeout = 2s}};
  for (const char* host : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1"}) {
    const auto url = std::string("http://") + host + ":" + std::to_string(server.port()) + "/";
    const auto delivered = strict.deliver(url, "{}");
    EXPECT_EQ(delivered.kind, Delivered::Kind::forbidden) << host;
  }
}

}  // namespace
}  // namespace gatehouse::identity
