#include "identity/role/role_rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace gatehouse::identity {
namespace {

using contract::Permission;
using contract::RolePermissions;

// What it takes to undo a change.
const std::array<Permission, 2>& ways_back() {
  static const std::array<Permission, 2> ways{Permission{"role", "manage"}, Permission{"account", "manage"}};
  return ways;
}

bool somebody_may(const RolePermissions& roles, const Permission& wanted) {
  return std::ranges::any_of(roles,
                             [&](const auto& role) { return contract::any_role_grants(roles, {role.first}, wanted); });
}

RoleRefusal invalid(std::string field, std::string message) {
  return {RoleError::invalid, std::move(field), std::move(message)};
}

std::optional<RoleRefusal> check_form(const RolePermissions& roles) {
  const bool named = std::ranges::all_of(roles, [](const auto& role) { return contract::is_role_name(role.first); });
  if (!named) return invalid("roles", "must have names of 1 to 64 of a-z, 0-9, _ and -");
  if (!contract::within_limits(roles)) return invalid("roles", std::string("must be ") + contract::kRoleLimits);
  return std::nullopt;
}

std::optional<RoleRefusal> check_ways_back(const RolePermissions& before, const RolePermissions& after,
                                           const std::optional<RoleEditor>& editor) {
  for (const auto& way : ways_back()) {
    if (somebody_may(before, way) && !somebody_may(after, way)) {
      return invalid("roles", "must leave a role that grants " + way.to_string() + ", or nobody could undo this");
    }
  }
  const auto& manage = ways_back().front();
  if (editor && !contract::any_role_grants(after, editor->roles, manage)) {
    return invalid("roles", "must leave you " + manage.to_string() + ", or you could not undo this");
  }
  return std::nullopt;
}

// Whoever may define roles but not, say, rotate keys, must not be able to give themselves that.
std::optional<RoleRefusal> check_granted(const RolePermissions& before, const RolePermissions& after,
                                         const RoleEditor& editor) {
  for (const auto& [name, permissions] : after) {
    const auto old = before.find(name);
    for (const auto& permission : permissions) {
      const bool is_new = old == before.end() || std::ranges::find(old->second, permission) == old->second.end();
      if (!is_new || contract::any_role_grants(before, editor.roles, permission)) continue;
      return RoleRefusal{RoleError::forbidden, "roles",
                         "must not grant what you may not do yourself: " + permission.to_string()};
    }
  }
  return std::nullopt;
}

std::optional<RoleRefusal> check_rules(const RolePermissions& before, const RolePermissions& after,
                                       const RoleRules& rules) {
  for (const auto& name : rules.kept) {
    if (before.contains(name) && !after.contains(name)) {
      return invalid("roles", "must keep " + name + ", which the configuration names");
    }
  }
  for (const auto& way : ways_back()) {
    if (contract::any_role_grants(after, rules.to_all, way) && !contract::any_role_grants(before, rules.to_all, way)) {
      return invalid("roles", "must not grant " + way.to_string() + " to whoever registers");
    }
  }
  return std::nullopt;
}

}  // namespace

base::Result<std::vector<Permission>, RoleRefusal> parse_permissions(const std::vector<std::string>& texts) {
  std::map<std::string, Permission> sorted;
  for (const auto& text : texts) {
    auto permission = Permission::parse(text);
    if (!permission) {
      return invalid("permissions", "must each be resource:action, resource:action:own or resource:action:any");
    }
    std::string form = permission->to_string();
    sorted.insert_or_assign(std::move(form), std::move(*permission));
  }
  std::vector<Permission> permissions;
  for (auto& [text, permission] : sorted) permissions.push_back(std::move(permission));
  return permissions;
}

std::optional<RoleRefusal> check_change(const RolePermissions& before, const RolePermissions& after,
                                        const RoleRules& rules, const std::optional<RoleEditor>& editor) {
  if (auto refusal = check_form(after)) return refusal;
  if (editor) {
    if (auto refusal = check_granted(before, after, *editor)) return refusal;
  }
  if (auto refusal = check_ways_back(before, after, editor)) return refusal;
  return check_rules(before, after, rules);
}

}  // namespace gatehouse::identity
