#include "identity/api/sign_in_body.hpp"

#include "identity/api/token_cookies.hpp"

namespace gatehouse::identity {

TokenPlace read_place(JsonBody& body) {
  const auto place = body.text("refresh_in");
  if (place && *place != "cookie" && *place != "body") body.reject("refresh_in", "must be cookie or body");
  return place && *place == "body" ? TokenPlace::body : TokenPlace::cookie;
}

HeldSession held_session(const ApiContext& context, const http::Request& request, TokenPlace place) {
  const auto cookie = http::find_cookie(request, kRefreshCookie);
  const auto token = cookie ? context.refresh_tokens.decode(*cookie) : std::nullopt;
  if (!token) return {};
  return {.session = token->session, .replaced = place == TokenPlace::cookie};
}

}  // namespace gatehouse::identity
