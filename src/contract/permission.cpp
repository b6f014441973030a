#include "contract/permission.hpp"

#include <algorithm>
#include <set>

namespace gatehouse::contract {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_name(std::string_view part) {
  return !part.empty() && part.size() <= kLongestName && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_name_or_all(std::string_view part) { return part == "*" || is_name(part); }

}  // namespace

std::optional<Permission> Permission::parse(std::string_view text) {
  const auto first = text.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find(':', first + 1);
  Permission p;
  p.resource = text.substr(0, first);
  p.action = text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
  if (!is_name_or_all(p.resource) || !is_name_or_all(p.action)) return std::nullopt;
  if (second == std::string_view::npos) return p;
  const auto reach = text.substr(second + 1);
  if (reach != "own" && reach != "any") return std::nullopt;
  p.reach = reach == "own" ? Reach::own : Reach::any;
  return p;
}

bool within_limits(const RolePermissions& roles) {
  constexpr std::size_t kMaxRoles = 64;
  constexpr std::size_t kMaxPermissions = 128;
  constexpr std::size_t kMaxBytes = std::size_t{24} << 10;
  std::size_t bytes = 0;
  for (const auto& [name, permissions] : roles) {
    if (permissions.size() > kMaxPermissions) return false;
    bytes += name.size();
    for (const auto& permission : permissions) bytes += permission.to_string().size();
  }
  return roles.size() <= kMaxRoles && bytes <= kMaxBytes;
}

bool is_role_name(std::string_view text) { return is_name(text); }

std::string Permission::to_string() const { return resource + ":" + action + (reach == Reach::own ? ":own" : ""); }

bool Permission::covers(const Permission& wanted) const {
  return (resource == "*" || resource == wanted.resource) && (action == "*" || action == wanted.action) &&
         (reach == Reach::any || wanted.reach == Reach::own);
}

bool any_role_grants(const RolePermissions& table, const std::vector<std::string>& roles, const Permission& wanted) {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
    const auto entry = table.find(role);
    return entry != table.end() && std::any_of(entry->second.begin(), entry->second.end(),
                                               [&](const Permission& p) { return p.covers(wanted); });
  });
}

std::optional<Permission> granted_beyond(const RolePermissions& table, const std::vector<std::string>& roles,
                                         const std::vector<std::string>& own) {
  for (const auto& role : roles) {
    const auto entry = table.find(role);
    if (entry == table.end()) continue;
    for (const auto& permission : entry->second) {
      if (!any_role_grants(table, own, permission)) return permission;
    }
  }
  return std::nullopt;
}

std::vector<std::string> granted_to(const RolePermissions& table, const std::vector<std::string>& roles) {
  std::set<std::string> texts;
  for (const auto& role : roles) {
    const auto entry = table.find(role);
    if (entry == table.end()) continue;
    for (const auto& permission : entry->second) texts.insert(permission.to_string());
  }
  return {texts.begin(), texts.end()};
}

}  // namespace gatehouse::contract
