#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::base {

// 128 bits. As an identifier a UUIDv7 (RFC 9562 section 5.7: time-ordered, so inserts stay local in an index); whatever
// grants access is made by random(), where every bit but version and variant is unguessable.
class Uuid {
 public:
  constexpr Uuid() = default;

  [[nodiscard]] static Uuid v7(const Clock& clock, Random& random);
  [[nodiscard]] static Uuid random(Random& random);  // version 4
  // The 36-character form, lower case only; nothing otherwise.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  // Sixteen raw bytes; nothing for any other length.
  [[nodiscard]] static std::optional<Uuid> from_bytes(std::string_view bytes);

  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(data_.data()), data_.size()};
  }
  [[nodiscard]] bool is_nil() const noexcept { return data_ == std::array<std::uint8_t, 16>{}; }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> data_{};
};

// A Uuid that says what it names, so that an account can't be passed where a session is meant.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(Uuid value) : value_(value) {}
  [[nodiscard]] const Uuid& uuid() const noexcept { return value_; }
  [[nodiscard]] std::string to_string() const { return value_.to_string(); }
  [[nodiscard]] std::string_view bytes() const noexcept { return value_.bytes(); }
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    if (auto u = Uuid::parse(text)) return Id(*u);
    return std::nullopt;
  }
  [[nodiscard]] static std::optional<Id> from_bytes(std::string_view bytes) {
    if (auto u = Uuid::from_bytes(bytes)) return Id(*u);
    return std::nullopt;
  }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  Uuid value_;
};

}  // namespace gatehouse::base
