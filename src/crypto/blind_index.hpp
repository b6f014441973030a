#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// 120 bits: two of 70 million values meet with a chance of 1 in 5 * 10^20, and nobody without the key can make two
// meet. A sixteenth byte would cost eight more in every entry of a PostgreSQL index (its length byte, then alignment).
inline constexpr std::size_t kBlindIndexBytes = 15;

// Finds a sealed value without opening any: HMAC-SHA-256 of it, cut to kBlindIndexBytes, stored beside the sealed bytes
// under a unique index. Shows who has the database only which rows are equal. Thread-safe.
//
// `normalised`: in the one form that equal values share (for an e-mail: trimmed, NFC, domain in lower case A-labels).
// `key`: derived for this one column, so that indexes of two columns can't be compared.
[[nodiscard]] std::string blind_index(const base::Secret& key, std::string_view normalised);

}  // namespace gatehouse::crypto
