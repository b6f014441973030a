#include "platform/http_client/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace gatehouse::http_client {
namespace {

constexpr std::array<std::string_view, 15> kClosedV4{
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
// Of IPv6 only 2000::/3 is given out; these are the parts of it that are not for everybody, or hold an IPv4 address.
constexpr std::string_view kGlobalV6 = "2000::/3";
constexpr std::array<std::string_view, 3> kClosedV6{"2001::/23", "2001:db8::/32", "2002::/16"};

template <std::size_t N>
bool any_contains(const std::array<std::string_view, N>& networks, const base::IpAddress& address) {
  return std::ranges::any_of(networks,
                             [&](std::string_view text) { return base::Cidr::parse(text).value().contains(address); });
}

}  // namespace

bool is_public_address(const base::IpAddress& address) {
  if (address.is_v4()) return !any_contains(kClosedV4, address);
  return base::Cidr::parse(kGlobalV6).value().contains(address) && !any_contains(kClosedV6, address);
}

}  // namespace gatehouse::http_client
