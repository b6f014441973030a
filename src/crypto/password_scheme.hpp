#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "crypto/hash_memory.hpp"
#include "crypto/password.hpp"

// What stands behind PasswordHasher: one file a scheme; internal to this folder. Thread-safe.
namespace gatehouse::crypto {

struct PasswordScheme {
  // Whether `stored` is of this scheme in just its form, whatever it costs. No work is done.
  bool (*recognises)(std::string_view stored);
  // Whether its cost lies within the caps. No work is done. REQUIRES: recognised, as all below do.
  bool (*affordable)(std::string_view stored, const PasswordCaps& caps);
  // REQUIRES: affordable; a password without NUL, of max_password_bytes at most. Throws base::Unavailable when there is
  // no memory to be had: that is no "no".
  bool (*matches)(const base::Secret& password, std::string_view stored, HashMemory& memory);
  // Whether a hash of today's cost is better.
  bool (*behind)(std::string_view stored, const PasswordCost& today);
  std::size_t max_password_bytes;
};

inline constexpr std::size_t kMaxPasswordBytes = 1024;  // DESIGN's bound; most schemes have none that matters
inline constexpr std::size_t kBcryptMaxBytes = 72;      // what bcrypt reads

extern const PasswordScheme kArgon2Scheme;        // $argon2id$v=19$…, $argon2i$v=19$…
extern const PasswordScheme kBcryptScheme;        // $2a$, $2b$, $2y$
extern const PasswordScheme kScryptScheme;        // $scrypt$ln=…,r=…,p=…$…
extern const PasswordScheme kUnixScryptScheme;    // $7$
extern const PasswordScheme kPbkdf2Scheme;        // $pbkdf2-sha256$…, $pbkdf2-sha512$…
extern const PasswordScheme kDjangoPbkdf2Scheme;  // pbkdf2_sha256$…

// The scheme that recognises `stored`, or null.
[[nodiscard]] const PasswordScheme* scheme_of(std::string_view stored);

// The two that new hashes are made of. REQUIRES: what matches() requires of a password.
[[nodiscard]] std::string argon2id_hash(const base::Secret& password, const PasswordCost& cost, HashMemory& memory);
[[nodiscard]] std::string bcrypt_hash(const base::Secret& password, const PasswordCost& cost);
// Well-formed, of that cost, and matched by nothing that anyone could find.
[[nodiscard]] std::string argon2id_nobody(const PasswordCost& cost);
[[nodiscard]] std::string bcrypt_nobody(const PasswordCost& cost);

}  // namespace gatehouse::crypto
