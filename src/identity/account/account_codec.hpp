#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "identity/account/account.hpp"

namespace gatehouse::identity {

// An account's row as bytes, for a cache: all of it but the password's hash, which no copy of a row carries. What is
// sealed in the row stays sealed. Within one version of the format decode(encode(record)) == record without its hash.
[[nodiscard]] std::string encode_account(const AccountWithProfile& record);
// Nothing when the bytes are not of this version of the format: read the row instead.
[[nodiscard]] std::optional<AccountWithProfile> decode_account(std::string_view bytes);

}  // namespace gatehouse::identity
