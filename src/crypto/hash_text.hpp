#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Reading stored password hashes, which may come from anywhere; internal to this folder. Thread-safe.
namespace gatehouse::crypto {

// Takes a text apart from left to right. Whatever does not fit leaves it failed, and it stays so: ask failed() at the
// end.
class HashText {
 public:
  explicit HashText(std::string_view stored);

  HashText& literal(std::string_view expected);
  // Decimal, without leading zeros (which would be a second spelling of the same hash), up to 2^32 - 1. 0 when failed.
  std::uint32_t number();
  // Up to the next `$`, which is skipped; fails when there is none.
  std::string_view field();
  // All that is left.
  std::string_view last();

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

enum class HashBase64 {
  standard,         // RFC 4648 section 4 without padding: PHC
  standard_padded,  // the same with padding: Django
  adapted,          // without padding, `.` for `+`: passlib
};

// Only the canonical form, and at most 256 characters of it. Nothing otherwise.
[[nodiscard]] std::optional<std::string> decode_hash_base64(std::string_view text, HashBase64 form);
[[nodiscard]] std::string encode_hash_base64(std::string_view bytes, HashBase64 form = HashBase64::standard);

}  // namespace gatehouse::crypto
