#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.hpp"
#include "app/workbench.hpp"

namespace gatehouse::app {
namespace {

std::string text_of(const std::vector<contract::Permission>& permissions) {
  std::string text;
  for (const auto& permission : permissions) text += (text.empty() ? "" : " ") + permission.to_string();
  return text.empty() ? "-" : text;
}

// How a role stands to [roles]: what is not said there, or said otherwise, has been changed since.
const char* origin_of(const contract::RolePermissions& configured, const std::string& name,
                      const std::vector<contract::Permission>& permissions) {
  const auto found = configured.find(name);
  if (found == configured.end()) return "added";
  return std::ranges::is_permutation(found->second, permissions) ? "configured" : "changed";
}

void print(const contract::RolePermissions& roles, const contract::RolePermissions& configured, std::ostream& out) {
  out << "role  origin  permissions\n";
  for (const auto& [name, permissions] : roles) {
    out << name << "  " << origin_of(configured, name, permissions) << "  " << text_of(permissions) << "\n";
  }
  for (const auto& [name, permissions] : configured) {
    if (!roles.contains(name)) out << name << "  removed  -\n";
  }
}

int complain(const identity::RoleRefusal& refusal, std::ostream& err) {
  if (refusal.error == identity::RoleError::unknown_role) {
    err << "There is no such role.\n";
  } else {
    err << "That can't be done: " << refusal.field << " " << refusal.message << "\n";
  }
  return 1;
}

// One step, durable and known to the running process when it returns.
template <class Step>
int change(const Settings& settings, const CommandIo& io, Step step) {
  Workbench bench(settings);
  const auto& installation = bench.installation();
  const auto changed =
      installation.database->write_blocking([&](db::Transaction& tx) { return step(installation.role_steps, tx); });
  if (!changed) return complain(changed.error(), io.err);
  print(*changed, settings.roles, io.out);
  return bench.tell_running_process(io);
}

}  // namespace

int roles_list(const Settings& settings, const CommandIo& io) {
  Workbench bench(settings);
  print(*bench.installation().roles.snapshot(), settings.roles, io.out);
  return 0;
}

int roles_set(const Settings& settings, const std::string& name, const std::vector<std::string>& permissions,
              const CommandIo& io) {
  const auto parsed = identity::parse_permissions(permissions);
  if (!parsed) return complain(parsed.error(), io.err);
  return change(settings, io, [&](const identity::RoleSteps& steps, db::Transaction& tx) {
    return steps.set(tx, name, *parsed, std::nullopt);
  });
}

int roles_remove(const Settings& settings, const std::string& name, const CommandIo& io) {
  return change(settings, io, [&](const identity::RoleSteps& steps, db::Transaction& tx) {
    return steps.remove(tx, name, std::nullopt);
  });
}

int roles_reset(const Settings& settings, const CommandIo& io) {
  return change(settings, io,
                [](const identity::RoleSteps& steps, db::Transaction& tx) { return steps.take_configured(tx); });
}

}  // namespace gatehouse::app
