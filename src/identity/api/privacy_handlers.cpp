#include <boost/json/array.hpp>
#include <utility>

#include "contract/assurance.hpp"
#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/views.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {

Answer download_data(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto data = co_await context.member_data.collect(who.account);
  if (!data) co_return error_response(request, ApiError::not_found);
  const auto overview = co_await context.factors.list(who);
  if (!overview) co_return error_response(request, overview.error());
  boost::json::array factors;
  for (const auto& factor : overview->factors) factors.push_back(factor_view(factor));
  (*data)["factors"] = std::move(factors);
  (*data)["recovery_codes"] = overview->recovery_codes;
  (*data)["sign_in_acr"] = contract::acr_of(overview->demand);
  auto response = http::json_response(200, *data);
  response.set("Content-Disposition", "attachment; filename=\"my-data.json\"");
  co_return response;
}

Answer request_deletion(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto password = body->secret("password");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto pending = co_await context.deletion.request(who, std::move(password), caller_of(request));
  if (!pending) co_return error_response(request, pending.error());
  co_return http::json_response(202, {{"deletion_at", telemetry::to_rfc3339(pending->erase_at)}});
}

Answer cancel_deletion(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  if (!co_await context.deletion.cancel(who, caller_of(request))) {
    co_return error_response(request, ApiError::not_found);
  }
  co_return http::empty_response(204);
}

Answer erase_account(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = contract::AccountId::parse(request.parameter("id"));
  if (!id) co_return error_response(request, ApiError::not_found);
  const auto erased = co_await context.deletion.erase(*id, caller_of(request, who));
  if (!erased) co_return error_response(request, erased.error());
  co_return http::empty_response(204);
}

}  // namespace gatehouse::identity
