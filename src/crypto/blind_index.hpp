#pragma once

#include <string>
#include <string_view>

#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// Finds a sealed value without opening any: HMAC-SHA-256 of it, 32 bytes, stored beside the sealed bytes under a unique
// index. Shows who has the database only which rows are equal. Thread-safe.
//
// `normalised`: in the one form that equal values share (for an e-mail: trimmed, NFC, domain in lower case A-labels).
// `key`: derived for this one column, so that indexes of two columns can't be compared.
[[nodiscard]] std::string blind_index(const base::Secret& key, std::string_view normalised);

}  // namespace gatehouse::crypto
