#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"

namespace gatehouse::identity {
namespace {

boost::json::object view_of(const contract::RolePermissions& roles) {
  boost::json::object table;
  for (const auto& [name, permissions] : roles) {
    boost::json::array texts;
    for (const auto& permission : permissions) texts.emplace_back(permission.to_string());
    table[name] = std::move(texts);
  }
  return {{"roles", std::move(table)}, {"version", version_of(roles)}};
}

// What the caller may give to an account, or take from one: nothing that grants more than their own roles do.
boost::json::array grantable_by(const contract::Principal& who, const contract::RolePermissions& roles) {
  boost::json::array names;
  for (const auto& [name, permissions] : roles) {
    if (!contract::granted_beyond(roles, {name}, who.roles)) names.emplace_back(name);
  }
  return names;
}

http::Response refusal_response(const http::Request& request, const RoleRefusal& refusal) {
  ErrorDetails details;
  if (!refusal.field.empty()) details.fields.push_back({refusal.field, refusal.message});
  switch (refusal.error) {
    case RoleError::unknown_role: return error_response(request, ApiError::not_found);
    case RoleError::changed_meanwhile: return error_response(request, ApiError::changed_meanwhile);
    case RoleError::forbidden: return error_response(request, ApiError::beyond_own_permissions, std::move(details));
    case RoleError::invalid: break;
  }
  return error_response(request, ApiError::invalid_request, std::move(details));
}

http::Response response_of(const http::Request& request, const RoleSteps::Outcome& outcome) {
  return outcome ? http::json_response(200, view_of(*outcome)) : refusal_response(request, outcome.error());
}

RoleEditor editor_of(const contract::Principal& who) { return {who.account, who.roles}; }

std::optional<std::vector<std::string>> texts_of(const boost::json::value& value) {
  const auto* const array = value.if_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& element : *array) {
    if (!element.is_string()) return std::nullopt;
    texts.emplace_back(element.get_string());
  }
  return texts;
}

// Role → permissions, as JSON.
base::Result<contract::RolePermissions, RoleRefusal> read_table(const boost::json::object& table) {
  contract::RolePermissions roles;
  for (const auto& member : table) {
    const auto texts = texts_of(member.value());
    if (!texts) return RoleRefusal{RoleError::invalid, "roles", "must hold an array of strings for each role"};
    auto permissions = parse_permissions(*texts);
    if (!permissions) return RoleRefusal{RoleError::invalid, "roles", permissions.error().message};
    roles.emplace(member.key(), std::move(*permissions));
  }
  return roles;
}

}  // namespace

Answer list_roles(const ApiContext& context, http::Request&, const contract::Principal& who) {
  const auto roles = co_await context.roles.show();
  auto body = view_of(roles);
  body["asked"] = boost::json::array(context.asked_permissions->begin(), context.asked_permissions->end());
  body["grantable"] = grantable_by(who, roles);
  co_return http::json_response(200, body);
}

Answer replace_roles(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  const auto table = body->required_object("roles");
  auto version = body->text("version");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  auto roles = read_table(*table);
  if (!roles) co_return refusal_response(request, roles.error());
  const auto done =
      co_await context.roles.replace(std::move(*roles), std::move(version), editor_of(who), request.trace);
  co_return response_of(request, done);
}

Answer define_role(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto permissions = body->required_text_list("permissions");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  std::string name(request.parameter("name"));
  const auto done = co_await context.roles.set(std::move(name), std::move(permissions), editor_of(who), request.trace);
  co_return response_of(request, done);
}

Answer remove_role(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  std::string name(request.parameter("name"));
  const auto done = co_await context.roles.remove(std::move(name), editor_of(who), request.trace);
  co_return response_of(request, done);
}

}  // namespace gatehouse::identity
