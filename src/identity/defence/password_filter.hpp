#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

enum class PasswordFilterError : std::uint8_t {
  cannot_read,
  not_a_filter,  // not made by `gatehouse password-filter build`, or cut short
};
[[nodiscard]] const char* to_string(PasswordFilterError error);

// A set of passwords that can be asked "is this one of them?" and nothing else: a Bloom filter over their SHA-1 (the
// hash that lists of breached passwords come in). What is in the list is always found; of what is not,
// one in 70,000 is taken for it. Mapped into memory, so that only the pages that are asked for are read, and processes
// share them. Immutable, thread-safe.
//
// The file: `GHPWF001` ‖ bits ‖ hashes for each entry ‖ entries (8 bytes each, big-endian) ‖ the bits.
class PasswordFilter {
 public:
  static constexpr std::string_view kMagic = "GHPWF001";
  static constexpr std::size_t kHeaderBytes = 32;
  static constexpr std::uint64_t kBitsPerEntry = 24;
  static constexpr std::uint64_t kHashes = 12;  // with 24 bits: (1 - e^(-12/24))^12 = 1.4e-5

  [[nodiscard]] static base::Result<PasswordFilter, PasswordFilterError> open(const std::filesystem::path& file);
  // The most common passwords of public breaches that a policy could let pass by their length; part of the program.
  [[nodiscard]] static const PasswordFilter& shipped();

  // `prepared`: as prepare_password() made it. As it is, and in lower case, which guessers try as well.
  [[nodiscard]] bool contains(const base::Secret& prepared) const;
  [[nodiscard]] std::uint64_t entries() const noexcept { return entries_; }

 private:
  friend class PasswordFilterBuilder;
  static base::Result<PasswordFilter, PasswordFilterError> view(std::string_view bytes,
                                                                std::shared_ptr<const void> mapping);
  // Which bit hash number `i` of an entry is. REQUIRES: 20 bytes; bits is not 0.
  [[nodiscard]] static std::uint64_t bit(std::string_view sha1, std::uint64_t i, std::uint64_t bits);
  [[nodiscard]] bool contains_hash(std::string_view sha1) const;

  PasswordFilter() = default;
  std::shared_ptr<const void> mapping_;  // null: part of the program
  std::string_view bits_;
  std::uint64_t hashes_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace gatehouse::identity
