#include "identity/role/role_steps.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "crypto/mac.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

using contract::Permission;
using contract::RolePermissions;

std::set<std::string> texts_of(const std::vector<Permission>& permissions) {
  std::set<std::string> texts;
  for (const auto& permission : permissions) texts.insert(permission.to_string());
  return texts;
}

// What is in `these` and not in `those`, as words.
std::string beyond(const std::vector<Permission>& these, const std::vector<Permission>& those) {
  const auto known = texts_of(those);
  std::string words;
  for (const auto& text : texts_of(these)) {
    if (!known.contains(text)) words += (words.empty() ? "" : " ") + text;
  }
  return words;
}

}  // namespace

RoleSteps::Outcome RoleSteps::set(db::Transaction& tx, std::string_view name,
                                  const std::vector<Permission>& permissions,
                                  const std::optional<RoleEditor>& editor) const {
  const auto before = show(tx);
  auto after = before;
  after.insert_or_assign(std::string(name), permissions);
  return apply(tx, before, std::move(after), editor);
}

RoleSteps::Outcome RoleSteps::remove(db::Transaction& tx, std::string_view name,
                                     const std::optional<RoleEditor>& editor) const {
  const auto before = show(tx);
  if (!before.contains(name)) return RoleRefusal{.error = RoleError::unknown_role};
  auto after = before;
  after.erase(after.find(name));
  return apply(tx, before, std::move(after), editor);
}

RoleSteps::Outcome RoleSteps::replace(db::Transaction& tx, const RolePermissions& roles,
                                      const std::optional<std::string>& seen,
                                      const std::optional<RoleEditor>& editor) const {
  const auto before = show(tx);
  if (seen && *seen != version_of(before)) return RoleRefusal{.error = RoleError::changed_meanwhile};
  return apply(tx, before, roles, editor);
}

RoleSteps::Outcome RoleSteps::apply(db::Transaction& tx, const RolePermissions& before, RolePermissions after,
                                    const std::optional<RoleEditor>& editor) const {
  if (auto refusal = check_change(before, after, rules_, editor)) return std::move(*refusal);
  const auto now = clock_.now();
  for (const auto& [name, permissions] : before) {
    if (after.contains(name)) continue;
    // Marked where the configuration still has it: the next start is not to bring it back.
    store_.remove(tx, name, configured_.contains(name), now);
    note(tx, audit::type::kRoleRemoved, name, permissions, {}, editor);
  }
  for (const auto& [name, permissions] : after) {
    const auto old = before.find(name);
    if (old != before.end() && texts_of(old->second) == texts_of(permissions)) continue;
    store_.put(tx, name, permissions, now);
    note(tx, audit::type::kRoleDefined, name, old == before.end() ? std::vector<Permission>() : old->second,
         permissions, editor);
  }
  return after;
}

void RoleSteps::note(db::Transaction& tx, std::string_view type, const std::string& role,
                     const std::vector<Permission>& before, const std::vector<Permission>& after,
                     const std::optional<RoleEditor>& editor) const {
  audit::Event event{.type = type, .fields = {{"role", role}}};
  if (const auto granted = beyond(after, before); !granted.empty()) event.fields.push_back({"granted", granted});
  if (const auto withdrawn = beyond(before, after); !withdrawn.empty()) {
    event.fields.push_back({"withdrawn", withdrawn});
  }
  if (editor) {
    event.actor = editor->account.uuid();
  } else {
    event.fields.push_back({"by", "operator"});
  }
  log_.record(tx, event);
}

std::string version_of(const RolePermissions& roles) {
  std::string text;
  for (const auto& [name, permissions] : roles) {
    text += name;
    for (const auto& permission : texts_of(permissions)) text += ' ' + permission;
    text += '\n';
  }
  return base::hex_encode(crypto::sha256(text).substr(0, 16));
}

}  // namespace gatehouse::identity
