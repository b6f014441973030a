#include "gate/credential.hpp"

#include <optional>

#include "platform/http/cookies.hpp"
#include "platform/http/trim.hpp"

namespace gatehouse::gate {
namespace {

// Nothing when the scheme is another one; an empty token is a bad one, not a missing one.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  if (authorization.size() < kScheme.size() || !http::iequals(authorization.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  const auto rest = authorization.substr(kScheme.size());
  if (!rest.empty() && rest.front() != ' ') return std::nullopt;
  return http::trim(rest);
}

}  // namespace

base::Result<std::string_view, Reason> extract_token(const http::Request& request) {
  std::optional<std::string_view> bearer;
  bool has_authorization = false;
  bool has_cookies = false;
  for (std::size_t i = 0; i < request.header_count; ++i) {
    const auto& header = request.headers[i];
    if (http::iequals(header.name, "authorization")) {
      if (has_authorization) return Reason::ambiguous;
      has_authorization = true;
      bearer = bearer_token(header.value);
    } else if (http::iequals(header.name, "cookie")) {
      has_cookies = true;
    }
  }
  if (has_cookies) {
    const auto cookie = http::find_cookie(request, kAccessCookie);
    if (!cookie && cookie.error() == http::CookieError::ambiguous) return Reason::ambiguous;
    if (cookie && bearer) return Reason::ambiguous;
    if (cookie) return *cookie;
  }
  if (!bearer) return Reason::no_credential;
  return *bearer;
}

}  // namespace gatehouse::gate
