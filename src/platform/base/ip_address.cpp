#include "platform/base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gatehouse::base {
namespace {

// The first `prefix` bits of both are the same.
bool same_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, unsigned prefix) {
  const unsigned whole = prefix / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const unsigned rest = prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFFU << (8U - rest));
  return (a[whole] & mask) == (b[whole] & mask);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  std::copy(text.begin(), text.end(), terminated.begin());
  if (std::strlen(terminated.data()) != text.size()) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, terminated.data(), bytes.data()) == 1)
    return from_v4({bytes[0], bytes[1], bytes[2], bytes[3]});
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1) return from_v6(bytes);
  return std::nullopt;
}

IpAddress IpAddress::from_v4(std::array<std::uint8_t, 4> bytes) {
  IpAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  return address;
}

IpAddress IpAddress::from_v6(std::array<std::uint8_t, 16> bytes) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    return from_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  IpAddress address;
  address.bytes_ = bytes;
  address.v4_ = false;
  return address;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), out.data(), out.size());
  return out.data();
}

IpAddress IpAddress::limit_key() const {
  IpAddress key = *this;
  if (!v4_) std::fill(key.bytes_.begin() + 8, key.bytes_.end(), std::uint8_t{0});
  return key;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned longest = address->is_v4() ? 32 : 128;
  Cidr cidr;
  cidr.network_ = *address;
  cidr.prefix_ = longest;
  if (slash == std::string_view::npos) return cidr;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cidr.prefix_);
  if (error != std::errc{} || end != digits.data() + digits.size() || cidr.prefix_ > longest) return std::nullopt;
  // Bits behind the prefix are most likely a mistyped prefix: better refused than guessed.
  for (unsigned bit = cidr.prefix_; bit < longest; ++bit) {
    if ((address->bytes()[bit / 8] >> (7U - bit % 8U)) & 1U) return std::nullopt;
  }
  return cidr;
}

bool Cidr::contains(const IpAddress& address) const {
  return address.is_v4() == network_.is_v4() && same_prefix(address.bytes(), network_.bytes(), prefix_);
}

}  // namespace gatehouse::base
