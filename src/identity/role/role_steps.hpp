#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/permission.hpp"
#include "identity/role/role_rules.hpp"
#include "identity/role/role_store.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// What is done with roles, each as one step inside the caller's transaction, with an event for each role that changes;
// the same for the HTTP interface and the command line (`editor` nothing: an operator). Stateless: thread-safe.
// Each returns the roles as they are then. Errors: invalid, forbidden.
class RoleSteps {
 public:
  using Outcome = base::Result<contract::RolePermissions, RoleRefusal>;

  // REQUIRES: the log and the clock outlive it. `configured`: roles of which the configuration has a row, too.
  RoleSteps(const audit::Log& log, const base::Clock& clock, RoleRules rules, contract::RolePermissions configured)
      : log_(log), clock_(clock), rules_(std::move(rules)), configured_(std::move(configured)) {}

  [[nodiscard]] contract::RolePermissions show(db::Transaction& tx) const { return in_force(store_.list(tx)); }

  // The role is there with these permissions, new or not.
  [[nodiscard]] Outcome set(db::Transaction& tx, std::string_view name,
                            const std::vector<contract::Permission>& permissions,
                            const std::optional<RoleEditor>& editor) const;
  // Whoever has it has nothing by it any more. Error: unknown_role.
  [[nodiscard]] Outcome remove(db::Transaction& tx, std::string_view name,
                               const std::optional<RoleEditor>& editor) const;
  // These and no others. `seen`: the version that the editor has changed; nothing: whatever it is. Error:
  // changed_meanwhile.
  [[nodiscard]] Outcome replace(db::Transaction& tx, const contract::RolePermissions& roles,
                                const std::optional<std::string>& seen, const std::optional<RoleEditor>& editor) const;
  // What the configuration says, and no others: for an operator.
  [[nodiscard]] Outcome take_configured(db::Transaction& tx) const { return replace(tx, configured_, {}, {}); }

  [[nodiscard]] const contract::RolePermissions& configured() const noexcept { return configured_; }

 private:
  [[nodiscard]] Outcome apply(db::Transaction& tx, const contract::RolePermissions& before,
                              contract::RolePermissions after, const std::optional<RoleEditor>& editor) const;
  void note(db::Transaction& tx, std::string_view type, const std::string& role,
            const std::vector<contract::Permission>& before, const std::vector<contract::Permission>& after,
            const std::optional<RoleEditor>& editor) const;

  const RoleStore store_{};
  const audit::Log& log_;
  const base::Clock& clock_;
  const RoleRules rules_;
  const contract::RolePermissions configured_;
};

// Names what the roles are: the same on every node.
[[nodiscard]] std::string version_of(const contract::RolePermissions& roles);

}  // namespace gatehouse::identity
