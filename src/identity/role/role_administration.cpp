#include "identity/role/role_administration.hpp"

#include <utility>

namespace gatehouse::identity {

using boost::asio::awaitable;

awaitable<contract::RolePermissions> RoleAdministration::show() {
  auto step = [&](db::Transaction& tx) { return parts_.steps.show(tx); };
  co_return co_await parts_.database.read(step);
}

awaitable<RoleSteps::Outcome> RoleAdministration::set(std::string name, std::vector<std::string> permissions,
                                                      RoleEditor editor, telemetry::TraceContext trace) {
  const auto parsed = parse_permissions(permissions);
  if (!parsed) co_return parsed.error();
  auto step = [&](db::Transaction& tx) { return parts_.steps.set(tx, name, *parsed, editor); };
  co_return co_await finish(co_await parts_.database.write(step), editor, trace);
}

awaitable<RoleSteps::Outcome> RoleAdministration::remove(std::string name, RoleEditor editor,
                                                         telemetry::TraceContext trace) {
  auto step = [&](db::Transaction& tx) { return parts_.steps.remove(tx, name, editor); };
  co_return co_await finish(co_await parts_.database.write(step), editor, trace);
}

awaitable<RoleSteps::Outcome> RoleAdministration::replace(contract::RolePermissions roles,
                                                          std::optional<std::string> seen, RoleEditor editor,
                                                          telemetry::TraceContext trace) {
  auto step = [&](db::Transaction& tx) { return parts_.steps.replace(tx, roles, seen, editor); };
  co_return co_await finish(co_await parts_.database.write(step), editor, trace);
}

awaitable<RoleSteps::Outcome> RoleAdministration::finish(Outcome outcome, const RoleEditor& editor,
                                                         const telemetry::TraceContext& trace) {
  if (!outcome) co_return outcome;
  co_await parts_.changes.announce();
  const std::string by = editor.account.to_string();
  parts_.log.info("roles_defined", {{"by", by}}, &trace);
  co_return outcome;
}

}  // namespace gatehouse::identity
