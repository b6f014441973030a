#include <boost/json/array.hpp>
#include <utility>

#include "contract/assurance.hpp"
#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/views.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {

Answer show_profile(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto account = co_await context.self_service.show(who);
  if (!account) co_return error_response(request, account.error());
  auto view = account_view(*account);
  boost::json::array permissions;
  for (const auto& permission : context.access.granted_to(who)) permissions.emplace_back(permission);
  view["permissions"] = std::move(permissions);
  view["factors"] = co_await context.factors.count(who.account);
  view["acr"] = contract::acr_of(contract::assurance_of_amr(who.amr));
  const auto deletion = co_await context.deletion.pending(who.account);
  view["deletion_at"] = deletion ? boost::json::value(telemetry::to_rfc3339(deletion->erase_at)) : nullptr;
  co_return http::json_response(200, view);
}

Answer change_profile(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  ProfileChange change;
  change.display_name = body->text("display_name");
  change.language = body->text("language");
  change.username = body->text("username");
  change.current_password = body->secret("current_password");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  if (change.username && !context.access.is_met(kFresh, who)) {
    co_return error_response(request, ApiError::insufficient_authentication, {.step_up = kFresh});
  }
  const auto account = co_await context.self_service.change_profile(who, std::move(change), caller_of(request));
  if (!account) co_return error_response(request, account.error());
  co_return http::json_response(200, account_view(*account));
}

Answer change_password(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  PasswordChange change;
  change.current_password = body->required_secret("current_password");
  change.new_password = body->required_secret("new_password");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto changed = co_await context.self_service.change_password(who, std::move(change), caller_of(request));
  if (!changed) co_return error_response(request, changed.error());
  co_return http::empty_response(204);
}

}  // namespace gatehouse::identity
