#include <optional>
#include <utility>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/views.hpp"

namespace gatehouse::identity {
namespace {

// A body of one text member, `token`. Nothing: `refusal` is the answer.
std::optional<base::Secret> read_token(http::Request& request, std::optional<http::Response>& refusal) {
  auto body = JsonBody::parse(request);
  if (!body) {
    refusal = error_response(request, body.error());
    return std::nullopt;
  }
  auto token = body->required_secret("token");
  auto errors = body->finish();
  if (errors.empty()) return token;
  refusal = error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  return std::nullopt;
}

http::Response done_or_error(const http::Request& request, const base::Result<void, Refusal>& result) {
  return result ? http::empty_response(204) : error_response(request, result.error());
}

struct ResetBody {
  std::optional<base::Secret> token{};
  CodeReset by_code{};
  base::Secret password{};
};

ResetBody read_reset(JsonBody& body) {
  ResetBody reset;
  reset.token = body.secret("token");
  auto email = body.text("email");
  auto code = body.secret("code");
  reset.password = body.required_secret("password");
  const bool by_code = body.has("email") && body.has("code");
  if (body.has("token") == by_code || body.has("email") != body.has("code")) {
    body.reject("token", "send either token, or email and code");
  }
  if (by_code) {
    reset.by_code = {.email = std::move(email).value_or(""), .code = code ? std::move(*code) : base::Secret()};
    reset.token.reset();
  }
  return reset;
}

}  // namespace

Answer forgot_password(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto email = body->required_text("email");
  auto proof = body->text("challenge").value_or("");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto admitted = co_await context.defence.admit_newcomer(request.client, std::move(proof));
  if (!admitted) co_return error_response(request, refusal_of(admitted.error()));
  const auto noted = co_await context.password_reset.request(std::move(email), caller_of(request));
  if (!noted) co_return error_response(request, noted.error());
  co_return http::empty_response(202);
}

Answer check_password_reset(const ApiContext& context, http::Request& request) {
  std::optional<http::Response> refusal;
  auto token = read_token(request, refusal);
  if (!token) co_return std::move(*refusal);
  if (!co_await context.password_reset.is_open(std::move(*token))) {
    co_return error_response(request, ApiError::link_refused);
  }
  co_return http::empty_response(204);
}

Answer reset_password(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto reset = read_reset(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto caller = caller_of(request);
  if (reset.token) {
    co_return done_or_error(
        request, co_await context.password_reset.by_token(std::move(*reset.token), std::move(reset.password), caller));
  }
  reset.by_code.password = std::move(reset.password);
  co_return done_or_error(request, co_await context.password_reset.by_code(std::move(reset.by_code), caller));
}

// The token says whose address it is; the code does not, so it needs a session.
template <class ByToken, class ByCode>
Answer prove_address(const ApiContext& context, http::Request& request, ByToken by_token, ByCode by_code) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto token = body->secret("token");
  auto code = body->secret("code");
  if (body->has("token") == body->has("code")) body->reject("token", "send either token or code");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto caller = caller_of(request);
  if (token) co_return done_or_error(request, co_await by_token(std::move(*token), caller));
  const auto who = context.access.authenticate(request);
  if (!who) co_return error_response(request, who.error());
  co_return done_or_error(request, co_await by_code(**who, std::move(*code), caller));
}

Answer verify_email(const ApiContext& context, http::Request& request) {
  auto& service = context.email_verification;
  co_return co_await prove_address(
      context, request, [&](base::Secret token, const Caller& by) { return service.by_token(std::move(token), by); },
      [&](const contract::Principal& who, base::Secret code, const Caller& by) {
        return service.by_code(who, std::move(code), by);
      });
}

Answer confirm_email_change(const ApiContext& context, http::Request& request) {
  auto& service = context.email_change;
  co_return co_await prove_address(
      context, request, [&](base::Secret token, const Caller& by) { return service.confirm(std::move(token), by); },
      [&](const contract::Principal& who, base::Secret code, const Caller& by) {
        return service.confirm_by_code(who, std::move(code), by);
      });
}

Answer restore_email(const ApiContext& context, http::Request& request) {
  std::optional<http::Response> refusal;
  auto token = read_token(request, refusal);
  if (!token) co_return std::move(*refusal);
  co_return done_or_error(request, co_await context.email_change.restore(std::move(*token), caller_of(request)));
}

Answer send_email_verification(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto sent = co_await context.email_verification.send_again(who);
  if (!sent) co_return error_response(request, sent.error());
  co_return http::empty_response(202);
}

Answer request_email_change(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  EmailChangeRequest wanted;
  wanted.email = body->required_text("email");
  wanted.password = body->required_secret("password");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto noted = co_await context.email_change.request(who, std::move(wanted), caller_of(request));
  if (!noted) co_return error_response(request, noted.error());
  co_return http::empty_response(202);
}

}  // namespace gatehouse::identity
