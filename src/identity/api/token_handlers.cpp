#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/token_cookies.hpp"
#include "identity/api/views.hpp"

namespace gatehouse::identity {
namespace {

// The refresh token of a request and where it was found; both places at once, or two cookies of the name, is an error
// of the request: picking one would let whoever planted the other choose.
struct PresentedToken {
  std::optional<base::Secret> token{};
  TokenPlace place = TokenPlace::body;
};

PresentedToken read_refresh_token(const http::Request& request, JsonBody& body) {
  PresentedToken presented{.token = body.secret("refresh_token")};
  const auto cookie = http::find_cookie(request, kRefreshCookie);
  if (!cookie && cookie.error() == http::CookieError::ambiguous) {
    body.reject("refresh_token", "its cookie stands more than once");
  }
  if (!cookie) return presented;
  if (body.has("refresh_token")) {
    body.reject("refresh_token", "must be sent in the cookie or in the body, not in both");
  }
  return {.token = base::Secret(*cookie), .place = TokenPlace::cookie};
}

http::Response signed_out_response() {
  auto response = http::empty_response(204);
  clear_token_cookies(response);
  // Not "cookies": it would reach those of every other service under the same domain.
  response.set("Clear-Site-Data", R"("cache", "storage")");
  return response;
}

}  // namespace

Answer refresh(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  const auto presented = read_refresh_token(request, *body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  if (!presented.token) co_return error_response(request, ApiError::not_signed_in);

  const auto tokens = co_await context.sessions.refresh(presented.token->expose());
  if (tokens) co_return token_response(*tokens, presented.place);
  // Forged, expired, ended or used twice: to the holder it is all the same. After a reauthentication the cookies are by
  // now those of its answer, which another tab got: an answer that came late must not clear them.
  auto response = error_response(request, ApiError::refresh_refused);
  const bool keep = tokens.error() == RefreshError::replaced;
  if (presented.place == TokenPlace::cookie && !keep) clear_token_cookies(response);
  co_return response;
}

Answer logout(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  const auto presented = read_refresh_token(request, *body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  // A request that could mean either of two sessions ends none: its sender would believe the wrong one ended.
  const auto principal = context.access.authenticate(request);
  if (!principal && principal.error() == ApiError::ambiguous_credentials) {
    co_return error_response(request, ApiError::ambiguous_credentials);
  }
  // Nothing to end is success: the caller wants to be signed out, and is.
  const auto token = presented.token ? context.refresh_tokens.decode(presented.token->expose()) : std::nullopt;
  if (token) co_await context.sessions.end(token->session, EndReason::sign_out);
  if (principal && (!token || token->session != (*principal)->session)) {
    co_await context.sessions.end((*principal)->session, EndReason::sign_out);
  }
  co_return signed_out_response();
}

Answer show_keys(const ApiContext& context, http::Request&) {
  http::Response response;
  response.content_type = "application/jwk-set+json";
  response.body = context.keys.snapshot()->jwks;
  response.set("Cache-Control", "public, max-age=" + std::to_string(context.jwks_max_age.count()));
  co_return response;
}

}  // namespace gatehouse::identity
