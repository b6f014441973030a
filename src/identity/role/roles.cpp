#include "identity/role/roles.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace gatehouse::identity {

std::vector<std::string> Roles::begin(const contract::RolePermissions& configured, base::TimePoint now) {
  const auto known = database_.read_blocking([this](db::Transaction& tx) { return store_.list(tx); });
  const bool all_known = std::ranges::all_of(configured, [&](const auto& role) {
    return std::ranges::find(known, role.first, &RoleRecord::name) != known.end();
  });
  std::vector<std::string> added;
  if (!all_known) {
    added = database_.write_blocking([&](db::Transaction& tx) {
      std::vector<std::string> names;  // the transaction may run again
      for (const auto& [name, permissions] : configured) {
        if (store_.add_new(tx, name, permissions, now)) names.push_back(name);
      }
      return names;
    });
  }
  reload();
  return added;
}

void Roles::reload() {
  take_over(database_.read_blocking([this](db::Transaction& tx) { return store_.list(tx); }));
}

void Roles::take_over(const std::vector<RoleRecord>& records) {
  auto roles = in_force(records);
  const std::lock_guard lock(mutex_);
  if (*snapshot_ == roles) return;
  snapshot_ = std::make_shared<const contract::RolePermissions>(std::move(roles));
}

contract::RoleSnapshot Roles::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

}  // namespace gatehouse::identity
