#pragma once

#include <string_view>

namespace gatehouse::web {

enum class Coding { identity, gzip, brotli };

// The best of what an Accept-Encoding header takes (RFC 9110 section 12.5.3): brotli before gzip, neither where its
// weight is 0. What can't be read counts as not accepted; identity always is.
[[nodiscard]] Coding best_coding(std::string_view accept_encoding, bool has_gzip, bool has_brotli);

}  // namespace gatehouse::web
