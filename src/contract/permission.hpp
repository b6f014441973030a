#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::contract {

// `resource:action` with an optional reach: `:own` (what belongs to the caller) or `:any`. Without a reach it is `any`.
// `*` stands for every resource or every action. Parts are 1 to 64 of [a-z0-9_-].
struct Permission {
  enum class Reach { own, any };
  std::string resource;
  std::string action;
  Reach reach = Reach::any;

  // Nothing when the text is not of that form.
  [[nodiscard]] static std::optional<Permission> parse(std::string_view text);
  // As parse() reads it; `any` is left out.
  [[nodiscard]] std::string to_string() const;
  // True when holding *this is enough for `wanted`: `any` covers `own`, `*` covers all.
  [[nodiscard]] bool covers(const Permission& wanted) const;
  friend bool operator==(const Permission&, const Permission&) = default;
};

// Role name → what it may do.
using RolePermissions = std::map<std::string, std::vector<Permission>, std::less<>>;
// The roles in force at one moment; immutable, so safe on every thread. Who changes them hands out another.
using RoleSnapshot = std::shared_ptr<const RolePermissions>;

// They travel in one message to gates that have no database: no more than these limits say.
inline constexpr const char* kRoleLimits = "at most 64, with 128 permissions each, and 24 KiB in all";
[[nodiscard]] bool within_limits(const RolePermissions& roles);

// 1 to 64 of a-z, 0-9, _ and -.
[[nodiscard]] bool is_role_name(std::string_view text);

// True when one of the roles holds a permission that covers `wanted`. Roles the table does not know grant nothing.
[[nodiscard]] bool any_role_grants(const RolePermissions& table, const std::vector<std::string>& roles,
                                   const Permission& wanted);

// A permission that `roles` grant and `own` do not cover; nothing: `own` covers them all.
[[nodiscard]] std::optional<Permission> granted_beyond(const RolePermissions& table,
                                                       const std::vector<std::string>& roles,
                                                       const std::vector<std::string>& own);

// What the roles grant together, each text once, in order.
[[nodiscard]] std::vector<std::string> granted_to(const RolePermissions& table, const std::vector<std::string>& roles);

}  // namespace gatehouse::contract
