#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/permission.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

struct RoleRecord {
  std::string name;
  std::vector<contract::Permission> permissions;
  bool removed = false;  // by somebody, and the configuration is not to bring it back
};

// The table `role`. Stateless; works inside the caller's transaction; thread-safe.
class RoleStore {
 public:
  // All, the removed ones, too, in the order of names. A permission that can't be read grants nothing and is left out.
  [[nodiscard]] std::vector<RoleRecord> list(db::Transaction& tx) const;
  // What a follower reads that has seen the table at version `known` (nothing: never): the version it is at now, and if
  // that is another, all roles.
  struct Followed {
    std::int64_t version = 0;  // 0: nobody has written to the table yet
    std::optional<std::vector<RoleRecord>> records;
  };
  [[nodiscard]] Followed follow(db::Transaction& tx, std::optional<std::int64_t> known) const;

  // What follows writes, and so gives the table another version.

  // The role is there with these permissions, whatever was before.
  void put(db::Transaction& tx, std::string_view name, const std::vector<contract::Permission>& permissions,
           base::TimePoint now) const;
  // Adds a role that the table has never had. False: it has, or has had.
  [[nodiscard]] bool add_new(db::Transaction& tx, std::string_view name,
                             const std::vector<contract::Permission>& permissions, base::TimePoint now) const;
  // The role is there no more; `mark`: remembered as removed. Nothing happens when there is none.
  void remove(db::Transaction& tx, std::string_view name, bool mark, base::TimePoint now) const;
};

// Those that are in force.
[[nodiscard]] contract::RolePermissions in_force(const std::vector<RoleRecord>& records);

}  // namespace gatehouse::identity
