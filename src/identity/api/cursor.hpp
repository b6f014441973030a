#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contract/ids.hpp"

namespace gatehouse::identity {

// Where the next page of accounts begins: behind this id. To clients an opaque text; of a forged one nothing but a
// valid id can come out, and that is only ever a parameter of a query.
[[nodiscard]] std::string encode_cursor(contract::AccountId last);
[[nodiscard]] std::optional<contract::AccountId> decode_cursor(std::string_view text);

}  // namespace gatehouse::identity
