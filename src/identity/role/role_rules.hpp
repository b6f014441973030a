#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "contract/permission.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::identity {

enum class RoleError : std::uint8_t {
  invalid,            // `message` says what would be right
  forbidden,          // grants what the editor may not do
  unknown_role,       // there is none of this name
  changed_meanwhile,  // the roles are others than those that the editor has seen
};

struct RoleRefusal {
  RoleError error = RoleError::invalid;
  std::string field{};
  std::string message{};
};

// Who changes roles over HTTP. An operator on the command line is none: whoever has the database may do everything.
struct RoleEditor {
  contract::AccountId account;
  std::vector<std::string> roles;
};

// What the configuration says of roles besides what they start with.
struct RoleRules {
  std::vector<std::string> kept{};    // named by registration.default_roles or a rule of the gate: they can't go
  std::vector<std::string> to_all{};  // those that whoever registers gets, where anyone may register
};

// Every text once, in order. Error: invalid, naming the text that is no permission.
[[nodiscard]] base::Result<std::vector<contract::Permission>, RoleRefusal> parse_permissions(
    const std::vector<std::string>& texts);

// May the roles become `after`? Nothing: yes. Whoever changes them can't lock everybody out, nor themselves, nor grant
// what they may not do.
[[nodiscard]] std::optional<RoleRefusal> check_change(const contract::RolePermissions& before,
                                                      const contract::RolePermissions& after, const RoleRules& rules,
                                                      const std::optional<RoleEditor>& editor);

}  // namespace gatehouse::identity
