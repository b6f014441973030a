#include "platform/http/forwarded.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::http {
namespace {

using base::Cidr;
using base::IpAddress;

const TrustedProxies kProxies({*Cidr::parse("10.0.0.0/8"), *Cidr::parse("fd00::/8")});

struct Weighed {
  std::string client;
  bool secure;
};

Weighed weigh(const char* peer, const std::vector<Header>& headers, bool tls = false) {
  const auto request = std::make_unique<Request>();
  request->peer = *IpAddress::parse(peer);
  for (const auto& header : headers) request->headers[request->header_count++] = header;
  weigh_forwarded(*request, kProxies, tls);
  return {request->client.to_string(), request->secure};
}

std::string client(const char* peer, std::string_view forwarded_for) {
  return weigh(peer, {{"X-Forwarded-For", forwarded_for}}).client;
}

TEST(Forwarded, the_word_of_an_untrusted_peer_counts_for_nothing) {
  const auto weighed = weigh("203.0.113.1", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}});
  EXPECT_EQ(weighed.client, "203.0.113.1");
  EXPECT_FALSE(weighed.secure);
}

TEST(Forwarded, tells_a_trusted_peer_from_one_that_is_none) {
  const auto request = std::make_unique<Request>();
  for (const auto& [peer, trusted] : {std::pair{"10.0.0.1", true}, std::pair{"203.0.113.1", false}}) {
    request->peer = *IpAddress::parse(peer);
    weigh_forwarded(*request, kProxies, false);
    EXPECT_EQ(request->from_proxy, trusted) << peer;
  }
}

TEST(Forwarded, a_trusted_proxy_names_the_client) {
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1, 10.0.0.2"), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", "2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(weigh("10.0.0.1", {}).client, "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "10.0.0.3,10.0.0.2"), "10.0.0.3") << "all trusted: the farthest of them";
}

// G10: what the client wrote stands to the left of what our proxy saw.
TEST(Forwarded, G10_a_rotated_leftmost_entry_changes_nothing) {
  for (const char* planted : {"1.1.1.1", "10.9.9.9", "garbage", "127.0.0.1", "", "::1", "fd00::1"}) {
    EXPECT_EQ(client("10.0.0.1", std::string(planted) + ", 203.0.113.7"), "203.0.113.7") << planted;
  }
}

TEST(Forwarded, G10_headers_of_other_makes_are_not_read) {
  EXPECT_EQ(weigh("10.0.0.1", {{"X-Real-IP", "1.1.1.1"},
                               {"CF-Connecting-IP", "1.1.1.1"},
                               {"True-Client-IP", "1.1.1.1"},
                               {"Forwarded", "for=1.1.1.1"},
                               {"X-Client-IP", "1.1.1.1"}})
                .client,
            "10.0.0.1");
}

TEST(Forwarded, G09_what_is_no_address_ends_the_walk_at_the_last_one_that_was) {
  for (const char* bad : {"a", "999.1.1.1", "unknown", "_hidden", "1.2.3.4:80", "[::1]", "fe80::1%eth0", "\"1.2.3.4\"",
                          "1.2.3.4 5.6.7.8", "1.2.3"}) {
    EXPECT_EQ(client("10.0.0.1", bad), "10.0.0.1") << bad;
    EXPECT_EQ(client("10.0.0.1", "192.0.2.1, " + std::string(bad)), "10.0.0.1") << bad;
    EXPECT_EQ(client("10.0.0.1", "192.0.2.1, " + std::string(bad) + ", 10.0.0.2"), "10.0.0.2") << bad;
  }
}

TEST(Forwarded, G09_empty_parts_never_reach_what_is_behind_them) {
  EXPECT_EQ(client("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", ","), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1,"), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1,,10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(client("10.0.0.1", " \t192.0.2.1\t "), "192.0.2.1");
}

TEST(Forwarded, G09_a_thousand_entries_are_not_all_looked_at) {
  std::string trusted;
  for (int i = 0; i < 1'000; ++i) trusted += "10.0.0.2,";
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1," + trusted + "10.0.0.2"), "10.0.0.2");
  std::string few;
  for (int i = 0; i < 31; ++i) few += ",10.0.0.2";
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1" + few), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1" + few + ",10.0.0.2"), "10.0.0.2");
}

TEST(Forwarded, several_header_lines_are_one_list_in_their_order) {
  EXPECT_EQ(
      weigh("10.0.0.1", {{"x-forwarded-for", "6.6.6.6"}, {"X-Other", "y"}, {"X-FORWARDED-FOR", "203.0.113.7"}}).client,
      "203.0.113.7");
  EXPECT_EQ(weigh("10.0.0.1", {{"X-Forwarded-For", "203.0.113.7"}, {"X-Forwarded-For", "10.0.0.2"}}).client,
            "203.0.113.7");
}

TEST(Forwarded, G09_a_mapped_address_is_the_ipv4_client) {
  EXPECT_EQ(client("10.0.0.1", "::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client("::ffff:10.0.0.1", "192.0.2.1"), "192.0.2.1") << "the proxy, seen by a dual-stack socket";
  EXPECT_EQ(client("10.0.0.1", "192.0.2.1, ::ffff:10.0.0.2"), "192.0.2.1");
}

TEST(Forwarded, secure_is_tls_here_or_the_proxys_word) {
  EXPECT_TRUE(weigh("203.0.113.1", {}, true).secure);
  EXPECT_TRUE(weigh("10.0.0.1", {{"X-Forwarded-Proto", "https"}}).secure);
  for (const char* proto : {"http", "HTTPS", "https, http", "", "https "}) {
    EXPECT_FALSE(weigh("10.0.0.1", {{"X-Forwarded-Proto", proto}}).secure) << proto;
  }
  EXPECT_FALSE(weigh("10.0.0.1", {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Proto", "http"}}).secure);
}

}  // namespace
}  // namespace gatehouse::http
