#include "identity/api/access.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "identity/api/token_cookies.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/http/cookies.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

std::vector<contract::Permission> parse_all(const std::vector<std::string>& texts) {
  std::vector<contract::Permission> permissions;
  for (const auto& text : texts) {
    auto permission = contract::Permission::parse(text);
    if (!permission) std::abort();
    permissions.push_back(std::move(*permission));
  }
  return permissions;
}

// The one access token of a request. RFC 6750 section 2: never in the query, never by two methods.
base::Result<std::string_view, ApiError> find_access_token(const http::Request& request) {
  const auto cookie = http::find_cookie(request, kAccessCookie);
  if (!cookie && cookie.error() == http::CookieError::ambiguous) return ApiError::ambiguous_credentials;
  const std::size_t headers = request.count("authorization");
  if (headers > 1 || (headers == 1 && cookie)) return ApiError::ambiguous_credentials;
  if (cookie) return *cookie;
  if (headers == 0) return ApiError::not_signed_in;
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view value = *request.header("authorization");
  if (value.size() <= kScheme.size() || !http::iequals(value.substr(0, kScheme.size()), kScheme)) {
    return ApiError::not_signed_in;
  }
  return value.substr(kScheme.size());
}

}  // namespace

base::Result<std::shared_ptr<const contract::Principal>, ApiError> Access::authenticate(
    const http::Request& request) const {
  const auto token = find_access_token(request);
  if (!token) return token.error();
  auto principal = authenticator_.authenticate(request.loop, *token);
  if (principal) return *principal;
  if (principal.error() == contract::AuthError::unavailable) throw base::Unavailable("revocations_stale");
  return ApiError::invalid_token;
}

bool Access::is_met(const StepUp& step_up, const contract::Principal& principal) const {
  if (contract::assurance_of_amr(principal.amr) < step_up.assurance) return false;
  return step_up.max_age.count() == 0 || clock_.now() - principal.auth_time <= step_up.max_age;
}

bool Access::grants_any(const contract::Principal& principal, std::span<const std::string_view> wanted) const {
  return std::ranges::any_of(
      wanted, [&](std::string_view text) { return grants(principal, contract::Permission::parse(text).value()); });
}

http::Handler Access::anyone(http::Handler handler) const {
  return [this, handler = std::move(handler)](http::Request& request) -> awaitable<http::Response> {
    if (!browser_.allows(request)) co_return error_response(request, ApiError::cross_site_request);
    co_return co_await handler(request);
  };
}

http::Handler Access::permitted(std::string_view route, const std::vector<std::string>& permissions,
                                const StepUp& step_up, SignedInHandler handler) const {
  auto guarded = [this, route, wanted = parse_all(permissions), first = permissions.front(), step_up,
                  handler = std::move(handler)](http::Request& request) -> awaitable<http::Response> {
    const auto principal = authenticate(request);
    if (!principal) co_return error_response(request, principal.error());
    const bool may = std::any_of(wanted.begin(), wanted.end(),
                                 [&](const contract::Permission& one) { return grants(**principal, one); });
    if (!may) {
      denials_.note((*principal)->account, route, first);
      co_return error_response(request, ApiError::forbidden);
    }
    if (!is_met(step_up, **principal)) {
      co_return error_response(request, ApiError::insufficient_authentication, {.step_up = step_up});
    }
    auto response = co_await handler(request, **principal);
    if (says(response, ApiError::beyond_own_permissions)) denials_.note((*principal)->account, route, first);
    co_return response;
  };
  return anyone(std::move(guarded));
}

}  // namespace gatehouse::identity
