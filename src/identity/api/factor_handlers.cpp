#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "contract/assurance.hpp"
#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/passkey_body.hpp"
#include "identity/api/token_cookies.hpp"
#include "identity/api/views.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

boost::json::array codes_view(const std::vector<base::Secret>& codes) {
  boost::json::array array;
  for (const auto& code : codes) array.emplace_back(code.expose());
  return array;
}

http::Response added_response(const AddedFactor& added) {
  boost::json::object body{{"factor", factor_view(added.factor)}};
  if (!added.recovery_codes.empty()) body["codes"] = codes_view(added.recovery_codes);
  return http::json_response(201, body);
}

std::optional<FactorId> factor_id(const http::Request& request) { return FactorId::parse(request.parameter("id")); }

}  // namespace

Answer list_factors(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto overview = co_await context.factors.list(who);
  if (!overview) co_return error_response(request, overview.error());
  boost::json::array factors;
  for (const auto& factor : overview->factors) factors.push_back(factor_view(factor));
  co_return http::json_response(200, boost::json::object{{"factors", std::move(factors)},
                                                         {"recovery_codes", overview->recovery_codes},
                                                         {"sign_in_acr", contract::acr_of(overview->demand)}});
}

Answer begin_totp(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto name = body->required_text("name");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto begun = co_await context.factors.begin_totp(who, std::move(name));
  if (!begun) co_return error_response(request, begun.error());
  co_return http::json_response(201, boost::json::object{{"id", begun->id.to_string()},
                                                         {"secret", begun->secret.expose()},
                                                         {"uri", begun->uri.expose()},
                                                         {"qr_svg", begun->qr_svg.expose()}});
}

Answer confirm_totp(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = factor_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto code = body->required_secret("code");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto added = co_await context.factors.confirm_totp(who, *id, std::move(code), caller_of(request));
  if (!added) co_return error_response(request, added.error());
  co_return added_response(*added);
}

Answer begin_passkey(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto begun = co_await context.factors.begin_passkey(who);
  if (!begun) co_return error_response(request, begun.error());
  co_return http::json_response(200, boost::json::object{{"public_key", creation_view(*begun)}});
}

Answer add_passkey(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto name = body->required_text("name");
  auto answer = read_new_passkey_answer(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto added = co_await context.factors.add_passkey(who, std::move(name), std::move(answer), caller_of(request));
  if (!added) co_return error_response(request, added.error());
  co_return added_response(*added);
}

Answer rename_factor(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = factor_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto name = body->required_text("name");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto factor = co_await context.factors.rename(who, *id, std::move(name));
  if (!factor) co_return error_response(request, factor.error());
  co_return http::json_response(200, factor_view(*factor));
}

Answer remove_factor(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = factor_id(request);
  if (!id) co_return error_response(request, ApiError::not_found);
  const auto removed = co_await context.factors.remove(who, *id, caller_of(request));
  if (!removed) co_return error_response(request, removed.error());
  auto response = http::empty_response();
  if (removed->session_ended) clear_token_cookies(response);
  co_return response;
}

Answer set_sign_in_demand(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  const auto acr = body->required_text("acr");
  const auto demand = contract::assurance_of_acr(acr);
  if (body->has("acr") && demand < contract::Assurance::two_factors) {
    body->reject("acr", "must be urn:gatehouse:acr:2fa or phr");
  }
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto done = co_await context.factors.ask_for(who, demand, caller_of(request));
  if (!done) co_return error_response(request, done.error());
  co_return http::empty_response();
}

Answer renew_recovery_codes(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto codes = co_await context.factors.renew_recovery_codes(who, caller_of(request));
  if (!codes) co_return error_response(request, codes.error());
  co_return http::json_response(201, boost::json::object{{"codes", codes_view(*codes)}});
}

}  // namespace gatehouse::identity
