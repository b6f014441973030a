#include <boost/json/object.hpp>
#include <utility>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/passkey_body.hpp"
#include "identity/api/second_factor_body.hpp"
#include "identity/api/token_cookies.hpp"
#include "identity/api/views.hpp"

namespace gatehouse::identity {
namespace {

// Where the session's sign-in wanted them, and never in a body what was in a cookie: a script could read it there.
http::Response renewed_response(const http::Request& request, const Reauthentication::Renewed& renewed) {
  const auto seen = carries_our_cookie(request) ? TokenPlace::cookie : TokenPlace::body;
  return token_response(renewed.tokens, renewed.refresh_in.value_or(seen));
}

}  // namespace

Answer reauthentication_options(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto wanted = co_await context.reauthentication.passkey_request(who);
  if (!wanted) co_return error_response(request, wanted.error());
  co_return http::json_response(200, boost::json::object{{"public_key", request_view(*wanted)}});
}

Answer reauthenticate(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  const bool by_password = body->has("password");
  auto password = by_password ? body->required_secret("password") : base::Secret();
  auto factor = by_password ? SecondFactorBody() : read_second_factor(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  auto& service = context.reauthentication;
  const auto renewed = by_password ? co_await service.with_password(who, std::move(password), caller_of(request))
                       : factor.passkey
                           ? co_await service.with_passkey(who, std::move(*factor.passkey), caller_of(request))
                           : co_await service.with_code(who, factor.method, std::move(factor.code), caller_of(request));
  if (!renewed) co_return error_response(request, renewed.error());
  co_return renewed_response(request, *renewed);
}

}  // namespace gatehouse::identity
