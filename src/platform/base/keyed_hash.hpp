#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platform/base/ip_address.hpp"
#include "platform/base/uuid.hpp"

namespace gatehouse::base {

// SipHash-2-4 under a key drawn once a process: what every hash map keyed by outside input uses, so that nobody can
// choose keys that collide. Thread-safe. Values differ from run to run: never store one.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view bytes) noexcept;

// As the hasher of a standard container; transparent for strings.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return keyed_hash(text); }
  std::size_t operator()(const Uuid& id) const noexcept { return keyed_hash(id.bytes()); }
  template <class Tag>
  std::size_t operator()(const Id<Tag>& id) const noexcept {
    return keyed_hash(id.bytes());
  }
  std::size_t operator()(const IpAddress& address) const noexcept {
    const auto& b = address.bytes();
    return keyed_hash({reinterpret_cast<const char*>(b.data()), b.size()});
  }
};

}  // namespace gatehouse::base
