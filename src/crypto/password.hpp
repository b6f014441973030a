#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

class HashMemory;

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
  unsigned max_memory_kib = 131'072;  // Argon2, scrypt
  unsigned max_iterations = 16;       // Argon2
  unsigned max_bcrypt_cost = 14;
  unsigned max_pbkdf2_iterations = 2'000'000;
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

// Makes and checks password hashes: Argon2id (RFC 9106) or bcrypt for new ones; accepted are those of other makes, too.
// Each call takes tens of milliseconds and `memory_kib` of memory: only ever on the hashing pool.
// Thread-safe. Passwords are expected in NFC.
// Throws base::Unavailable when the memory for a hash can't be had: that is no "no".
class PasswordHasher {
 public:
  static constexpr std::size_t kMemoryLimit = std::size_t{256} << 20;

  // `memory_limit`: bytes of all hashes at one time; a single one that needs more runs when no other does.
  // REQUIRES: `cost` lies within `caps` (aborts otherwise; the configuration has checked it).
  explicit PasswordHasher(const PasswordCost& cost = {}, const PasswordCaps& caps = {},
                          std::size_t memory_limit = kMemoryLimit);
  ~PasswordHasher();

  // A PHC string `$argon2id$v=19$m=…,t=…,p=1$…` or `$2b$…`, with a fresh random salt.
  [[nodiscard]] base::Result<std::string, PasswordError> hash(const base::Secret& password) const;

  // Checks against every form in password_scheme.hpp. Whatever else is stored (an unknown scheme, an empty text, `*`, a
  // cost above the caps) does not match, and costs what a new hash costs. For bcrypt a password above 72 bytes never
  // matches; for all, one with a NUL never does.
  [[nodiscard]] PasswordCheck verify(const base::Secret& password, std::string_view stored) const;

  // For an account that does not exist: the work of verify() against a hash of today's cost. Always false.
  bool verify_nobody(const base::Secret& password) const;

  // The longest password that hash() takes: 72 for bcrypt, 1,024 for Argon2id.
  [[nodiscard]] std::size_t max_bytes() const noexcept;

  // Hashing keeps its memory for the next hash. This gives back what has not been used since the last call; to be
  // called every second or so, on any thread.
  void release_unused_memory() const;

 private:
  PasswordCost cost_;
  PasswordCaps caps_;
  std::string nobody_;  // a well-formed hash of today's cost that nothing matches
  std::unique_ptr<HashMemory> memory_;
};

// What verify() would make of a stored hash, without running it. For imports.
enum class StoredHash {
  usable,
  unknown,     // no form that verify() knows
  too_costly,  // beyond the caps
};
[[nodiscard]] StoredHash examine_password_hash(std::string_view stored, const PasswordCaps& caps = {});

}  // namespace gatehouse::crypto
