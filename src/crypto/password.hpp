#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// What new hashes cost.
struct PasswordCost {
  enum class Kind { argon2id, bcrypt };
  Kind kind = Kind::argon2id;
  unsigned memory_kib = 19'456;  // Argon2id: m
  unsigned iterations = 2;       // Argon2id: t; p is always 1
  unsigned bcrypt_cost = 12;     // bcrypt: 2^cost rounds, 4 at least
};

// What a stored hash may cost at most. A record above it came from a hostile import: it never matches, and is refused
// before memory or time is spent on it.
struct PasswordCaps {
  unsigned max_memory_kib = 131'072;
  unsigned max_iterations = 16;
  unsigned max_bcrypt_cost = 14;
};

// Why a password can't be hashed. Nothing is ever cut off silently.
enum class PasswordError {
  too_long,   // more than max_bytes()
  holds_nul,  // bcrypt and many importers end there
};

struct PasswordCheck {
  bool matches = false;
  bool needs_rehash = false;  // matches, but the stored hash is of another kind or of a weaker cost than new ones
};

// Makes and checks password hashes; Argon2id (RFC 9106) or bcrypt for new ones, both always accepted.
// Each call takes tens of milliseconds and `memory_kib` of memory: only ever on the hashing pool.
// Thread-safe: immutable after construction. Passwords are expected in NFC.
// Throws base::Unavailable when the memory for a hash can't be had: that is no "no".
class PasswordHasher {
 public:
  // REQUIRES: `cost` lies within `caps` (aborts otherwise; the configuration has checked it).
  explicit PasswordHasher(const PasswordCost& cost = {}, const PasswordCaps& caps = {});

  // A PHC string `$argon2id$v=19$m=…,t=…,p=1$…` or `$2b$…`, with a fresh random salt.
  [[nodiscard]] base::Result<std::string, PasswordError> hash(const base::Secret& password) const;

  // Checks against `$argon2id$`, `$2a$`, `$2b$` or `$2y$`. Whatever else is stored (an unknown scheme, an empty text,
  // `*`, a cost above the caps) does not match, and costs what a new hash costs. For bcrypt a password above 72 bytes
  // never matches; for both, one with a NUL never does.
  [[nodiscard]] PasswordCheck verify(const base::Secret& password, std::string_view stored) const;

  // For an account that does not exist: the work of verify() against a hash of today's cost. Always false.
  bool verify_nobody(const base::Secret& password) const;

  // The longest password that hash() takes: 72 for bcrypt, 1,024 for Argon2id.
  [[nodiscard]] std::size_t max_bytes() const noexcept;

 private:
  PasswordCost cost_;
  PasswordCaps caps_;
  std::string nobody_;  // a well-formed hash of today's cost that nothing matches
};

// Whether verify() could ever match: the form is known and the cost within the caps. For imports. No hash is run.
[[nodiscard]] bool is_acceptable_password_hash(std::string_view stored, const PasswordCaps& caps = {});

}  // namespace gatehouse::crypto
