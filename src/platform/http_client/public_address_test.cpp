#include "platform/http_client/public_address.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http_client {
namespace {

bool is_public(const char* text) { return is_public_address(base::IpAddress::parse(text).value()); }

TEST(PublicAddress, is_one_of_the_open_internet) {
  for (const char* text : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "192.167.1.1", "100.128.0.1",
                           "2606:4700::1111", "2a00:1450::1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(PublicAddress, SSRF_refuses_what_only_this_server_can_reach) {
  for (const char* text : {"127.0.0.1",
                           "127.255.255.254",
                           "0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.0.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "100.127.255.255",
                           "192.0.0.8",
                           "198.18.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "240.0.0.1",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "2002:7f00:1::",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::7f00:1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::127.0.0.1"}) {
    const auto address = base::IpAddress::parse(text);
    if (address) EXPECT_FALSE(is_public_address(*address)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::http_client
