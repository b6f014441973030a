#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/secret.hpp"

namespace gatehouse::limits {

// Names for who is counted that are the same in every process and tell nobody who it is: HMAC-SHA-256 under a key that
// the processes share, cut to 128 bit. Immutable, thread-safe.
class SharedKeys {
 public:
  // REQUIRES: 32 bytes, of this purpose alone.
  explicit SharedKeys(base::Secret key);

  // Two purposes never give the same name.
  [[nodiscard]] std::string name_of(std::string_view purpose, std::string_view subject) const;      // 32 hex digits
  [[nodiscard]] std::uint64_t number_of(std::string_view purpose, std::string_view subject) const;  // its first half

 private:
  [[nodiscard]] std::string mac(std::string_view purpose, std::string_view subject) const;
  const base::Secret key_;
};

}  // namespace gatehouse::limits
