#include "identity/role/role_store.hpp"

#include <utility>

#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

std::string permissions_column(const std::vector<contract::Permission>& permissions) {
  std::vector<std::string> words;
  words.reserve(permissions.size());
  for (const auto& permission : permissions) words.push_back(permission.to_string());
  return base::join_words(words);
}

std::vector<contract::Permission> read_permissions(std::string_view column) {
  std::vector<contract::Permission> permissions;
  for (const auto& word : base::split_words(column)) {
    if (auto permission = contract::Permission::parse(word)) permissions.push_back(std::move(*permission));
  }
  return permissions;
}

// The next number, or the time where that is more: a number that a primary has taken with it when it was lost does not
// come back for another matrix.
void give_new_version(db::Transaction& tx, base::TimePoint now) {
  tx.execute(
      "INSERT INTO table_version (name, version) VALUES ('role', $1) ON CONFLICT (name) DO UPDATE SET version = "
      "CASE WHEN excluded.version > table_version.version THEN excluded.version ELSE table_version.version + 1 END",
      {base::to_unix_ms(now)});
}

}  // namespace

std::vector<RoleRecord> RoleStore::list(db::Transaction& tx) const {
  std::vector<RoleRecord> records;
  tx.query("SELECT name, permissions, removed FROM role ORDER BY name", {}, [&](const db::Row& row) {
    records.push_back(
        {.name = row.text(0), .permissions = read_permissions(row.text(1)), .removed = row.integer(2) != 0});
  });
  return records;
}

RoleStore::Followed RoleStore::follow(db::Transaction& tx, std::optional<std::int64_t> known) const {
  const auto version = tx.query_one("SELECT version FROM table_version WHERE name = 'role'", {},
                                    [](const db::Row& row) { return row.integer(0); });
  Followed followed{.version = version.value_or(0)};
  if (followed.version != known) followed.records = list(tx);
  return followed;
}

void RoleStore::put(db::Transaction& tx, std::string_view name, const std::vector<contract::Permission>& permissions,
                    base::TimePoint now) const {
  const std::string column = permissions_column(permissions);
  tx.execute(
      "INSERT INTO role (name, permissions, removed, updated_at) VALUES ($1, $2, 0, $3) "
      "ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions, removed = 0, "
      "updated_at = excluded.updated_at",
      {name, column, base::to_unix_ms(now)});
  give_new_version(tx, now);
}

bool RoleStore::add_new(db::Transaction& tx, std::string_view name,
                        const std::vector<contract::Permission>& permissions, base::TimePoint now) const {
  const std::string column = permissions_column(permissions);
  const bool added = tx.execute(
                         "INSERT INTO role (name, permissions, removed, updated_at) VALUES ($1, $2, 0, $3) "
                         "ON CONFLICT (name) DO NOTHING",
                         {name, column, base::to_unix_ms(now)}) == 1;
  if (added) give_new_version(tx, now);
  return added;
}

void RoleStore::remove(db::Transaction& tx, std::string_view name, bool mark, base::TimePoint now) const {
  if (mark) {
    tx.execute("UPDATE role SET permissions = '', removed = 1, updated_at = $2 WHERE name = $1",
               {name, base::to_unix_ms(now)});
  } else {
    tx.execute("DELETE FROM role WHERE name = $1", {name});
  }
  give_new_version(tx, now);
}

contract::RolePermissions in_force(const std::vector<RoleRecord>& records) {
  contract::RolePermissions roles;
  for (const auto& record : records) {
    if (!record.removed) roles.emplace(record.name, record.permissions);
  }
  return roles;
}

}  // namespace gatehouse::identity
