#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

// A stored password hash in few bytes: salt and hash raw instead of in base64, the costs as numbers. Argon2id of
// today's cost takes 55 bytes instead of 97, bcrypt 42 instead of 60. Argon2, bcrypt, scrypt and PBKDF2 as
// PasswordHasher::verify knows them are packed; whatever else (crypt's `$7$`, `*`, a spelling of its own) is kept as it
// stands, one byte longer. For every text unpack(pack(text)) == text, and equal texts pack to equal bytes. Thread-safe;
// no work is done.
[[nodiscard]] std::string pack_password_hash(std::string_view stored);

// Nothing when the bytes are none that pack_password_hash gives: a damaged row, or a later version's.
[[nodiscard]] std::optional<std::string> unpack_password_hash(std::string_view packed);

}  // namespace gatehouse::crypto
