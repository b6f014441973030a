#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <utility>

#include "identity/api/cursor.hpp"
#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/api/query.hpp"
#include "identity/api/views.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kUsualPage = 50;

boost::json::object invite_view(const Invite& invite) {
  boost::json::array roles;
  for (const auto& role : invite.roles) roles.emplace_back(role);
  boost::json::object view{{"id", invite.id.to_string()},
                           {"email", invite.email},
                           {"roles", std::move(roles)},
                           {"created_at", telemetry::to_rfc3339(invite.created_at)},
                           {"expires_at", telemetry::to_rfc3339(invite.expires_at)}};
  if (invite.invited_by) view["invited_by"] = invite.invited_by->to_string();
  return view;
}

}  // namespace

Answer check_invite(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto token = body->required_secret("token");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  if (!co_await context.invites.is_open(std::move(token))) co_return error_response(request, ApiError::link_refused);
  co_return http::empty_response(204);
}

Answer accept_invite(const ApiContext& context, http::Request& request) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  InviteAcceptance acceptance;
  acceptance.token = body->required_secret("token");
  acceptance.username = body->required_text("username");
  acceptance.password = body->required_secret("password");
  acceptance.language = body->text("language").value_or("");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto account = co_await context.invites.accept(std::move(acceptance), caller_of(request));
  if (!account) co_return error_response(request, account.error());
  co_return http::json_response(201, account_view(*account));
}

Answer create_invite(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto email = body->required_text("email");
  auto roles = body->required_text_list("roles");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto invite = co_await context.invites.create(std::move(email), std::move(roles), caller_of(request, who));
  if (!invite) co_return error_response(request, invite.error());
  co_return http::json_response(201, invite_view(*invite));
}

Answer list_invites(const ApiContext& context, http::Request& request, const contract::Principal&) {
  auto query = parse_query(request.query, {"limit", "cursor"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  std::vector<http::FieldError> errors;
  std::optional<contract::AccountId> after;
  std::size_t limit = kUsualPage;
  if (const auto found = query->find("limit"); found != query->end()) {
    const auto parsed = parse_page_limit(found->second);
    if (!parsed) errors.push_back({"limit", kPageLimitForm});
    limit = parsed.value_or(kUsualPage);
  }
  if (const auto found = query->find("cursor"); found != query->end()) {
    after = decode_cursor(found->second);
    if (!after) errors.push_back({"cursor", "must be the next of an earlier page"});
  }
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});

  const auto page = co_await context.invites.page(after, limit);
  boost::json::array invites;
  for (const auto& invite : page.invites) invites.push_back(invite_view(invite));
  boost::json::object body{{"invites", std::move(invites)}};
  if (page.next) body["next"] = encode_cursor(*page.next);
  co_return http::json_response(200, body);
}

Answer withdraw_invite(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = contract::AccountId::parse(request.parameter("id"));
  if (!id) co_return error_response(request, ApiError::not_found);
  const auto withdrawn = co_await context.invites.withdraw(*id, caller_of(request, who));
  if (!withdrawn) co_return error_response(request, withdrawn.error());
  co_return http::empty_response(204);
}

}  // namespace gatehouse::identity
