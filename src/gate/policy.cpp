#include "gate/policy.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::gate {
namespace {

bool path_matches(std::string_view pattern, std::string_view path) {
  constexpr std::string_view kBelow = "/**";
  if (!pattern.ends_with(kBelow)) return pattern == path;
  const auto root = pattern.substr(0, pattern.size() - kBelow.size());
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

bool contains(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

}  // namespace

Policy::Policy(std::vector<Rule> rules, Access otherwise) : rules_(std::move(rules)) { otherwise_.access = otherwise; }

const Rule& Policy::rule_for(const OriginalRequest& request) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& r) {
    return path_matches(r.path, request.path) && (r.host.empty() || r.host == request.host) &&
           (r.methods.empty() || contains(r.methods, request.method));
  });
  return rule == rules_.end() ? otherwise_ : *rule;
}

Reason Policy::decide(const Rule& rule, const contract::Principal& principal, const contract::RolePermissions& roles,
                      base::TimePoint now) {
  const bool has_role = rule.roles.empty() || std::any_of(rule.roles.begin(), rule.roles.end(), [&](const auto& role) {
                          return contains(principal.roles, role);
                        });
  const bool has_permissions = std::all_of(rule.permissions.begin(), rule.permissions.end(), [&](const auto& wanted) {
    return contract::any_role_grants(roles, principal.roles, wanted);
  });
  const bool has_scopes = std::all_of(rule.scopes.begin(), rule.scopes.end(),
                                      [&](const auto& scope) { return contains(principal.scopes, scope); });
  const bool address_known = !rule.email_verified || principal.email_verified;
  if (!has_role || !has_permissions || !has_scopes || !address_known) return Reason::not_permitted;
  if (rule.assurance > contract::Assurance::one_factor && contract::assurance_of_amr(principal.amr) < rule.assurance) {
    return Reason::stale_sign_in;
  }
  if (rule.max_age && now - principal.auth_time > *rule.max_age) return Reason::stale_sign_in;
  return Reason::allowed;
}

}  // namespace gatehouse::gate
