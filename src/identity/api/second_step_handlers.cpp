#include <boost/json/object.hpp>
#include <utility>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/passkey_body.hpp"
#include "identity/api/second_factor_body.hpp"
#include "identity/api/sign_in_body.hpp"
#include "identity/api/views.hpp"

namespace gatehouse::identity {
namespace {

http::Response options_response(const base::Secret& transaction, const PasskeyRequest& wanted) {
  return http::json_response(
      200, boost::json::object{{"transaction", transaction.expose()}, {"public_key", request_view(wanted)}});
}

}  // namespace

Answer finish_with_factor(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto transaction = body->required_secret("transaction");
  auto factor = read_second_factor(*body);
  const auto place = read_place(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto held = held_session(context, request, place);
  auto& steps = context.second_steps;
  const auto tokens = factor.passkey
                          ? co_await steps.finish_with_passkey(std::move(transaction), std::move(*factor.passkey), held,
                                                               caller_of(request, place))
                          : co_await steps.finish_with_code(std::move(transaction),
                                                            {.method = factor.method, .code = std::move(factor.code)},
                                                            held, caller_of(request, place));
  if (!tokens) co_return error_response(request, tokens.error());
  co_return signed_in_response(context.devices, request, *tokens, place);
}

Answer passkey_options(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto transaction = body->secret("transaction");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  if (!transaction) {
    const auto begun = context.passkey_sign_in.begin();
    co_return options_response(begun.transaction, begun.request);
  }
  const auto wanted = co_await context.second_steps.passkey_request(transaction->clone());
  if (!wanted) co_return error_response(request, wanted.error());
  co_return options_response(*transaction, *wanted);
}

Answer sign_in_with_passkey(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto transaction = body->required_secret("transaction");
  auto answer = read_passkey_answer(*body);
  const auto place = read_place(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto held = held_session(context, request, place);
  const auto tokens = co_await context.passkey_sign_in.finish(std::move(transaction), std::move(answer), held,
                                                              caller_of(request, place));
  if (!tokens) co_return error_response(request, tokens.error());
  co_return signed_in_response(context.devices, request, *tokens, place);
}

}  // namespace gatehouse::identity
