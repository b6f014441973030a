#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "contract/change_feed.hpp"
#include "contract/permission.hpp"
#include "identity/role/role_steps.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// RoleSteps for event loops: durable, logged, and in force at every gate of this process before each completes.
// Thread-safe.
class RoleAdministration {
 public:
  struct Parts {  // all outlive it
    db::Database& database;
    const RoleSteps& steps;
    contract::ChangeFeed& changes;
    telemetry::Logger& log;
  };
  using Outcome = RoleSteps::Outcome;

  explicit RoleAdministration(Parts parts) : parts_(parts) {}

  boost::asio::awaitable<contract::RolePermissions> show();
  boost::asio::awaitable<Outcome> set(std::string name, std::vector<std::string> permissions, RoleEditor editor,
                                      telemetry::TraceContext trace);
  boost::asio::awaitable<Outcome> remove(std::string name, RoleEditor editor, telemetry::TraceContext trace);
  boost::asio::awaitable<Outcome> replace(contract::RolePermissions roles, std::optional<std::string> seen,
                                          RoleEditor editor, telemetry::TraceContext trace);

 private:
  boost::asio::awaitable<Outcome> finish(Outcome outcome, const RoleEditor& editor,
                                         const telemetry::TraceContext& trace);

  Parts parts_;
};

}  // namespace gatehouse::identity
