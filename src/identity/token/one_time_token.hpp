#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "platform/base/secret.hpp"
#include "platform/base/uuid.hpp"

namespace gatehouse::identity {

// What a mailed token opens. One for a purpose is worth nothing for another.
enum class TokenPurpose : std::uint8_t { verify_email, change_email, restore_email, reset_password, invite };

// Tokens and short codes of mailed links. Both are a pure function of (purpose, reference), where the reference is the
// id of a row that says for whom, until when and whether it was used: the worker that writes the letter and whoever
// verifies compute the same, and neither queue nor database holds anything that opens something.
//
// Token: `ghm_` + base64url(reference, 16 bytes ‖ the first 16 bytes of HMAC-SHA-256(purpose ‖ reference)).
// Code: 8 characters of Crockford's alphabet (no I, L, O, U), 40 bits, from another HMAC; for those who can't follow a
// link. It names no reference, so whoever takes codes must know the account and count the attempts (NIST SP 800-63B-4
// section 3.1.3.2).
//
// Single use and lifetime are the row's affair. REQUIRES: each letter has a reference of its own. Thread-safe.
class OneTimeTokenCodec {
 public:
  explicit OneTimeTokenCodec(base::Secret mac_key) : mac_key_(std::move(mac_key)) {}

  [[nodiscard]] base::Secret encode(TokenPurpose purpose, base::Uuid reference) const;
  // Nothing unless `text` is exactly what encode() makes for this purpose: a forged one never reaches the database.
  [[nodiscard]] std::optional<base::Uuid> decode(TokenPurpose purpose, std::string_view text) const;

  // As it stands in a letter: `7K3M-Q9TD`.
  [[nodiscard]] base::Secret code(TokenPurpose purpose, base::Uuid reference) const;
  // Whether `text` is that code, with or without the hyphen and in either case, I and L read as 1, O as 0. Takes the
  // same time wherever the first difference is.
  [[nodiscard]] bool is_code(TokenPurpose purpose, base::Uuid reference, std::string_view text) const;

 private:
  base::Secret mac_key_;
};

}  // namespace gatehouse::identity
