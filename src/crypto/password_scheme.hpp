#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/password.hpp"

// The two schemes behind PasswordHasher; internal to this folder. Thread-safe.
namespace gatehouse::crypto {

struct Argon2Parameters {
  unsigned memory_kib = 0;
  unsigned iterations = 0;
  unsigned lanes = 0;
};

// The parameters of `$argon2id$v=19$m=…,t=…,p=…$salt$hash` in just this form; nothing otherwise. No work is done.
[[nodiscard]] std::optional<Argon2Parameters> parse_argon2id(std::string_view stored);
[[nodiscard]] std::string argon2id_hash(const base::Secret& password, unsigned memory_kib, unsigned iterations);
// REQUIRES: parse_argon2id(stored) gave parameters that the caller can afford.
[[nodiscard]] bool argon2id_matches(const base::Secret& password, const std::string& stored);
// Well-formed, of that cost, and matched by nothing that anyone could find.
[[nodiscard]] std::string argon2id_nobody(unsigned memory_kib, unsigned iterations);

inline constexpr std::size_t kBcryptMaxBytes = 72;

// The cost of `$2a$`, `$2b$` or `$2y$` with exactly 22 characters of salt and 31 of hash; nothing otherwise.
[[nodiscard]] std::optional<unsigned> parse_bcrypt(std::string_view stored);
// REQUIRES: at most kBcryptMaxBytes, no NUL.
[[nodiscard]] std::string bcrypt_hash(const base::Secret& password, unsigned cost);
[[nodiscard]] bool bcrypt_matches(const base::Secret& password, const std::string& stored);
[[nodiscard]] std::string bcrypt_nobody(unsigned cost);

}  // namespace gatehouse::crypto
