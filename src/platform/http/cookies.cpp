#include "platform/http/cookies.hpp"

#include <optional>

#include "platform/http/trim.hpp"

namespace gatehouse::http {

base::Result<std::string_view, CookieError> find_cookie(const Request& request, std::string_view name) {
  std::optional<std::string_view> found;
  for (std::size_t i = 0; i < request.header_count; ++i) {
    if (!iequals(request.headers[i].name, "cookie")) continue;
    std::string_view rest = request.headers[i].value;
    while (!rest.empty()) {
      const auto semicolon = rest.find(';');
      const std::string_view pair = trim(rest.substr(0, semicolon));
      rest = semicolon == std::string_view::npos ? std::string_view{} : rest.substr(semicolon + 1);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
      if (found) return CookieError::ambiguous;
      found = trim(pair.substr(equals + 1));
    }
  }
  if (!found) return CookieError::absent;
  return *found;
}

std::string set_cookie(std::string_view name, std::string_view value, const CookieAttributes& attributes) {
  std::string cookie;
  cookie.append(name).append("=").append(value).append("; Path=/; Secure; HttpOnly; SameSite=");
  cookie.append(attributes.same_site);
  if (attributes.max_age >= 0) cookie.append("; Max-Age=").append(std::to_string(attributes.max_age));
  return cookie;
}

}  // namespace gatehouse::http
