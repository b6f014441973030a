#pragma once

#include <string>
#include <string_view>

namespace gatehouse::cache {

// A Lua script with the name that Redis knows it by: the SHA-1 of its text. Immutable.
class RedisScript {
 public:
  explicit RedisScript(std::string_view source);
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] const std::string& sha1() const noexcept { return sha1_; }  // 40 hexadecimal digits

 private:
  std::string source_;
  std::string sha1_;
};

}  // namespace gatehouse::cache
