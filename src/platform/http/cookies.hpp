#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/http/request.hpp"

namespace gatehouse::http {

enum class CookieError {
  absent,
  ambiguous,  // the name comes twice: somebody planted one of them
};

// The value of a cookie, as sent, without surrounding quotes being touched. Looks at every Cookie header (RFC
// 6265bis 5.4). Names are case-sensitive. A view into the request.
[[nodiscard]] base::Result<std::string_view, CookieError> find_cookie(const Request& request, std::string_view name);

struct CookieAttributes {
  std::string_view same_site = "Strict";
  long long max_age = -1;  // seconds; 0 deletes; below 0: until the browser closes
};
// A Set-Cookie value: HttpOnly, Secure, Path=/ always (what the `__Host-` prefix asks for).
[[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value, const CookieAttributes& attributes);

}  // namespace gatehouse::http
