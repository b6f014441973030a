#pragma once

#include <string>
#include <string_view>

#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// The only way in which links of letters are made: from the configured origin, never from a request (a forged Host
// would send the reader, and the token, elsewhere). The token stands in the fragment, which browsers send to nobody: no
// proxy logs it, and a scanner that fetches the link uses nothing up.
[[nodiscard]] inline std::string page_link(std::string_view base, std::string_view path) {
  return std::string(base).append(path);
}
[[nodiscard]] inline std::string page_link(std::string_view base, std::string_view path, const base::Secret& token) {
  return page_link(base, path).append("#token=").append(token.expose());
}

}  // namespace gatehouse::identity
