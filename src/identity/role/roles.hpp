#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "contract/permission.hpp"
#include "identity/role/role_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// The roles in force, as this process last saw them in the database. Thread-safe.
class Roles {
 public:
  // Nothing is in force until begin() or reload(). REQUIRES: the database outlives it.
  explicit Roles(db::Database& database) : database_(database) {}

  // Adds what the configuration has and the table has never had, then loads; returns the names that were added. Where
  // there is nothing to add, nothing is written. Blocks. Throws base::Unavailable.
  std::vector<std::string> begin(const contract::RolePermissions& configured, base::TimePoint now);
  // Loads; for commands. Blocks. Throws base::Unavailable.
  void reload();
  // What a follower of the database has read. Where it is nothing new, the snapshot stays the same object.
  // REQUIRES: taken over in the order in which it was read.
  void take_over(const std::vector<RoleRecord>& records);

  // Never null. Cheap.
  [[nodiscard]] contract::RoleSnapshot snapshot() const;

 private:
  db::Database& database_;
  const RoleStore store_;
  mutable std::mutex mutex_;
  contract::RoleSnapshot snapshot_ = std::make_shared<const contract::RolePermissions>();  // guarded by mutex_
};

}  // namespace gatehouse::identity
