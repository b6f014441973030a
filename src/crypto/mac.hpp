#pragma once

#include <string>
#include <string_view>

#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// All are thread-safe and can't fail. Compare their results with base::equal_in_constant_time.

// HMAC-SHA-256 (RFC 2104), 32 bytes. A key of any length; shorter than 32 bytes only where a standard says so.
[[nodiscard]] std::string hmac_sha256(const base::Secret& key, std::string_view message);

// SHA-256 (FIPS 180-4), 32 bytes.
[[nodiscard]] std::string sha256(std::string_view message);

// SHA-1, 20 bytes. It is broken: for nothing but looking things up in lists that others made with it.
[[nodiscard]] std::string sha1(std::string_view message);

// A 32-byte key for one purpose from the master key, so that no key serves two: HKDF-SHA-256 (RFC 5869) with `purpose`
// as its info. The same inputs give the same key for ever: a purpose, once used, never changes its name.
// REQUIRES: `master` is at least 32 bytes of full entropy.
[[nodiscard]] base::Secret derive_key(const base::Secret& master, std::string_view purpose);

}  // namespace gatehouse::crypto
