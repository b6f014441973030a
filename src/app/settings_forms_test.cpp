#include "app/settings_forms.hpp"

#include <gtest/gtest.h>

#include "app/settings.hpp"

namespace gatehouse::app {
namespace {

TEST(SettingsForms, public_url_is_an_origin) {
  for (const char* url : {"", "https://app.example", "https://app.example:8443", "https://[2001:db8::1]",
                          "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"}) {
    EXPECT_FALSE(check_public_url(url)) << url;
  }
  for (const char* url : {"app.example",
                          "https://",
                          "https://app.example/",
                          "https://app.example/x",
                          "https://App.example",
                          "https://user@app.example",
                          "https://app.example:443",
                          "https://app.example:0",
                          "https://app.example:65536",
                          "https://app.example:+1",
                          "https://app.example:08443",
                          "https://app.example:",
                          "https://app..example",
                          "https://app.example?x",
                          "https://[::1",
                          "https://[127.0.0.1]",
                          "ftp://app.example",
                          "https://app.example\\@evil",
                          "https://.example",
                          " https://app.example"}) {
    EXPECT_TRUE(check_public_url(url)) << url;
  }
}

TEST(SettingsForms, plain_http_is_for_this_machine_only) {
  EXPECT_TRUE(check_public_url("http://app.example"));
  EXPECT_TRUE(check_public_url("http://127.0.0.1.evil.example"));
  EXPECT_TRUE(check_sign_in_url("http://app.example/sign-in"));
}

TEST(SettingsForms, G12_sign_in_url_cannot_lead_elsewhere) {
  for (const char* url : {"", "/", "/sign-in", "https://app.example/sign-in", "http://localhost:3000/in"}) {
    EXPECT_FALSE(check_sign_in_url(url)) << url;
  }
  for (const char* url : {"//evil", "/\\evil", "\t//evil", "https:evil", "https://app.example@evil/", "/%0d%0a",
                          "javascript:alert(1)", "sign-in", "/a\r\nb", "/a/../b", "/a?rd=x", "https://app.example"}) {
    EXPECT_TRUE(check_sign_in_url(url)) << url;
  }
}

TEST(SettingsForms, G04_rule_paths_have_one_reading) {
  for (const char* path : {"/", "/orders", "/orders/", "/orders/**", "/**", "/.well-known/x", "/a..b"}) {
    EXPECT_FALSE(check_rule_path(path)) << path;
  }
  for (const char* path : {"", "orders", "/a/../b", "/..", "/a/.", "//a", "/a%2fb", "/a*", "/a/*", "/**/b", "/a**",
                           "/a?x", "/a#x", "/a;x", "/a\\b", "/a b", "/\xc3\xa9"}) {
    EXPECT_TRUE(check_rule_path(path)) << path;
  }
}

TEST(SettingsForms, G10_trusted_networks_never_hold_everybody) {
  for (const char* text : {"10.0.0.0/8", "127.0.0.1/32", "127.0.0.1", "::1/128", "fd00::/8"}) {
    EXPECT_FALSE(check_trusted_network(text)) << text;
  }
  for (const char* text : {"0.0.0.0/0", "::/0", "10.0.0.1/8", "10.0.0.0/33", "proxy.example", ""}) {
    EXPECT_TRUE(check_trusted_network(text)) << text;
  }
}

TEST(SettingsForms, nodes_are_origins_and_traces_go_to_a_path) {
  for (const char* text : {"http://10.0.0.1:9464", "https://id1.internal:9464", "http://[fd00::1]:9464"}) {
    EXPECT_FALSE(check_node_url(text)) << text;
    EXPECT_TRUE(check_trace_endpoint(text)) << text;
    EXPECT_FALSE(check_trace_endpoint(std::string(text) + "/v1/traces")) << text;
  }
  for (const char* text : {"", "10.0.0.1:9464", "http://10.0.0.1:9464/", "http://me:secret@10.0.0.1:9464",
                           "ftp://10.0.0.1:9464", "http://10.0.0.1:0"}) {
    EXPECT_TRUE(check_node_url(text)) << text;
  }
}

TEST(SettingsForms, names_have_one_spelling) {
  EXPECT_FALSE(check_role_name("shop-admin_2"));
  for (const char* name : {"", "Admin", "a b", "a,b", "a:b"}) EXPECT_TRUE(check_role_name(name)) << name;
  EXPECT_FALSE(check_host("app.example"));
  for (const char* host : {"App.example", "app.example:80", "*.example", "a..b", "-", "app.example."}) {
    EXPECT_TRUE(check_host(host)) << host;
  }
  EXPECT_FALSE(check_scope("orders:read"));
  for (const char* scope : {"", "a b", "a\"b", "a\\b"}) EXPECT_TRUE(check_scope(scope)) << scope;
  EXPECT_FALSE(check_method("GET"));
  for (const char* method : {"get", "TRACE", "CONNECT", ""}) EXPECT_TRUE(check_method(method)) << method;
}

TEST(SettingsForms, endpoints_name_an_address_and_a_port) {
  EXPECT_EQ(Endpoint::parse("127.0.0.1:0")->to_string(), "127.0.0.1:0");
  EXPECT_EQ(Endpoint::parse("[::1]:8080")->to_string(), "[::1]:8080");
  for (const char* text : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
                           "localhost:80", "::1:80", "[127.0.0.1]:80", "[]:80", "127.0.0.1:80 "}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::app
