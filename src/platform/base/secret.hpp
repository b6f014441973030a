#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::base {

// Bytes that must not be seen: passwords, tokens, keys. Has no operator<<, no conversion to a string and no ordering;
// whoever needs the bytes writes expose(), which can be searched for. Wipes its memory when it goes.
//
// Not thread-safe; copies are explicit (clone), so that a secret does not spread by accident.
class Secret {
 public:
  Secret() = default;
  // Takes over the bytes; the caller's string is left wiped and empty.
  explicit Secret(std::string&& bytes) noexcept;
  explicit Secret(std::string_view bytes) : bytes_(bytes) {}
  ~Secret();

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  [[nodiscard]] Secret clone() const { return Secret(std::string_view(bytes_)); }
  [[nodiscard]] std::string_view expose() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

  // Takes the same time wherever the first difference is; only the length shows.
  friend bool operator==(const Secret& a, const Secret& b) noexcept;

 private:
  std::string bytes_;
};

// The same comparison for bytes that are not held in a Secret (a MAC from outside).
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

// Overwrites in a way the compiler may not remove, then empties.
void wipe(std::string& bytes) noexcept;

}  // namespace gatehouse::base
