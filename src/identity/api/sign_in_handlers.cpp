#include <utility>
#include <variant>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/sign_in_body.hpp"
#include "identity/api/token_cookies.hpp"
#include "identity/api/views.hpp"

namespace gatehouse::identity {
namespace {

struct LoginBody {
  SignInRequest sign_in;
  TokenPlace place = TokenPlace::cookie;
};

LoginBody read_login(JsonBody& body) {
  LoginBody login;
  auto username = body.text("username");
  auto email = body.text("email");
  if (body.has("username") == body.has("email")) body.reject("username", "send either username or email");
  login.sign_in.by = email ? SignInRequest::By::email : SignInRequest::By::username;
  login.sign_in.identifier = email ? std::move(*email) : std::move(username).value_or("");
  login.sign_in.password = body.required_secret("password");
  login.sign_in.proof = body.text("challenge").value_or("");
  login.place = read_place(body);
  return login;
}

}  // namespace

Answer register_account(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  RegistrationRequest wanted;
  wanted.username = body->required_text("username");
  wanted.email = body->required_text("email");
  wanted.password = body->required_secret("password");
  wanted.proof = body->text("challenge").value_or("");
  wanted.language = body->text("language").value_or("");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto account = co_await context.registration.register_account(std::move(wanted), caller_of(request));
  if (!account) co_return error_response(request, account.error());
  co_return http::json_response(201, account_view(*account));
}

Answer login(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto login = read_login(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  login.sign_in.held = held_session(context, request, login.place);

  const auto answer = co_await context.sign_in.sign_in(std::move(login.sign_in), caller_of(request, login.place));
  if (!answer) co_return error_response(request, answer.error());
  if (const auto* pending = std::get_if<PendingSignIn>(&*answer)) co_return pending_response(*pending);
  co_return signed_in_response(context.devices, request, std::get<SessionTokens>(*answer), login.place);
}

}  // namespace gatehouse::identity
