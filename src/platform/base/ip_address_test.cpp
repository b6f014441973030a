#include "platform/base/ip_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::base {
namespace {

IpAddress ip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress());
}

TEST(IpAddress, prints_what_it_read) {
  for (const char* text : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1"}) {
    EXPECT_EQ(ip(text).to_string(), text);
  }
  EXPECT_EQ(ip("2001:DB8:0:0:0:0:0:1").to_string(), "2001:db8::1");
}

// G09: what is not an address is never half of one.
TEST(IpAddress, G09_refuses_what_is_no_address) {
  for (const char* text : {"",
                           " ",
                           "a",
                           "999.1.1.1",
                           "256.0.0.1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "01.2.3.4",
                           "1.2.3.04",
                           "0x7f.0.0.1",
                           "2130706433",
                           "127.1",
                           "1.2.3.4:80",
                           "[::1]",
                           "[::1]:80",
                           "fe80::1%eth0",
                           ":::",
                           "1::2::3",
                           "12345::",
                           "::ffff:999.0.0.1",
                           "::1.2.3",
                           "localhost",
                           "1.2.3.4,5.6.7.8",
                           "-1.2.3.4",
                           "::ffff:1.2.3.4/96"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0.evil", 13)));
  EXPECT_FALSE(IpAddress::parse(std::string(10'000, ':')));
  EXPECT_FALSE(IpAddress::parse(std::string(46, '1')));
}

TEST(IpAddress, G09_a_mapped_address_is_the_ipv4_address_itself) {
  EXPECT_EQ(ip("::ffff:10.1.2.3"), ip("10.1.2.3"));
  EXPECT_EQ(ip("::FFFF:a01:203"), ip("10.1.2.3"));
  EXPECT_TRUE(ip("::ffff:10.1.2.3").is_v4());
  EXPECT_FALSE(ip("::10.1.2.3").is_v4());
  EXPECT_NE(ip("::"), ip("0.0.0.0"));
}

// G10: a subscriber's own /64 has 2^64 addresses; they are one for what is counted.
TEST(IpAddress, G10_limits_count_a_64_network_as_one_client) {
  EXPECT_EQ(ip("2001:db8:1:2::1").limit_key(), ip("2001:db8:1:2:ffff:ffff:ffff:ffff").limit_key());
  EXPECT_NE(ip("2001:db8:1:2::1").limit_key(), ip("2001:db8:1:3::1").limit_key());
  EXPECT_EQ(ip("10.0.0.1").limit_key(), ip("10.0.0.1"));
  EXPECT_NE(ip("10.0.0.1").limit_key(), ip("10.0.0.2").limit_key());
}

TEST(Cidr, holds_what_lies_within_and_nothing_else) {
  struct Row {
    const char* network;
    const char* inside;
    const char* outside;
  };
  for (const auto& [network, inside, outside] :
       {Row{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"}, Row{"10.0.0.0/9", "10.127.0.1", "10.128.0.1"},
        Row{"192.168.1.4/31", "192.168.1.5", "192.168.1.6"}, Row{"192.168.1.4", "192.168.1.4", "192.168.1.5"},
        Row{"127.0.0.1/32", "127.0.0.1", "127.0.0.2"}, Row{"0.0.0.0/0", "203.0.113.9", "::1"},
        Row{"::/0", "2001:db8::1", "10.0.0.1"}, Row{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
        Row{"fe80::/10", "febf::1", "fec0::1"}, Row{"::1", "::1", "::2"}}) {
    const auto cidr = Cidr::parse(network);
    ASSERT_TRUE(cidr) << network;
    EXPECT_TRUE(cidr->contains(ip(inside))) << network;
    EXPECT_FALSE(cidr->contains(ip(outside))) << network;
  }
}

TEST(Cidr, a_mapped_address_is_held_by_the_ipv4_network) {
  EXPECT_TRUE(Cidr::parse("10.0.0.0/8")->contains(ip("::ffff:10.9.9.9")));
  EXPECT_FALSE(Cidr::parse("::/0")->contains(ip("::ffff:10.9.9.9")));
}

// A mistyped network would trust more, or fewer, than whoever wrote it meant.
TEST(Cidr, refuses_a_network_that_may_be_mistyped) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8",
                           "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0.1/8", "10.0.0.0/0x8", "::/129", "2001:db8::1/32",
                           "10.0.0.0/4294967304", "::ffff:10.0.0.0/104", "10.0.0.0/255.0.0.0", "a/8"}) {
    EXPECT_FALSE(Cidr::parse(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::base
