#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::base {

// An IPv4 or IPv6 address. IPv4-mapped IPv6 addresses become IPv4, so that one client has one name.
class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0

  // The plain text forms only (no port, no brackets, no zone, no leading zeros); nothing otherwise.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] static IpAddress from_v4(std::array<std::uint8_t, 4> bytes);
  [[nodiscard]] static IpAddress from_v6(std::array<std::uint8_t, 16> bytes);

  [[nodiscard]] bool is_v4() const noexcept { return v4_; }
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }  // IPv4 in the first four
  [[nodiscard]] std::string to_string() const;

  // What limits count by: the address itself for IPv4, its /64 for IPv6 (a subscriber's own network).
  [[nodiscard]] IpAddress limit_key() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool v4_ = true;
};

// A network such as `10.0.0.0/8` or `::1`.
class Cidr {
 public:
  // `address[/prefix]`; nothing when the prefix is out of range or bits behind it are set.
  [[nodiscard]] static std::optional<Cidr> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress network_;
  unsigned prefix_ = 0;
};

}  // namespace gatehouse::base
