#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::db {

// One file of sql/<database>/NNNN_name.sql, built into the program.
struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view sha256;  // of the file, hexadecimal
  std::string_view sql;
};

// Numbered 1, 2, 3 … without a gap; the build fails otherwise.
[[nodiscard]] std::span<const Migration> sqlite_migrations();
[[nodiscard]] std::span<const Migration> postgres_migrations();
// Those of this database's dialect.
[[nodiscard]] std::span<const Migration> migrations_for(const Database& database);

// The database can't be brought to what this program needs. what() tells the operator what to do; nothing was changed
// by the migration that failed.
class MigrationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct MigrationReport {
  std::vector<std::string> applied;  // by this call, as `0001_identity`
  int version = 0;                   // the number of the newest migration the database has
};

// Applies what is missing, each migration in one transaction with its row in `schema_migration`. Two processes may call
// it at once: each migration is applied once. Throws MigrationError when the database is newer than the program, when a
// migration was changed after it had been applied, or when one fails; base::Unavailable as Database does.
// Blocking: for start-up and commands.
MigrationReport migrate(Database& database, const base::Clock& clock);
MigrationReport migrate(Database& database, const base::Clock& clock, std::span<const Migration> migrations);

// What migrate would apply, with the same checks; changes nothing.
[[nodiscard]] std::vector<std::string> pending_migrations(Database& database);
[[nodiscard]] std::vector<std::string> pending_migrations(Database& database, std::span<const Migration> migrations);

// A mark among the migrations, of a number that none will have: this database is being filled (copy_installation), and
// until it is taken away migrate and pending_migrations throw MigrationError.
void mark_copy(Database& database, const base::Clock& clock);
void unmark_copy(Database& database);
[[nodiscard]] bool copy_is_under_way(Database& database);
// migrate, for whoever has set the mark or needs none.
MigrationReport migrate_marked(Database& database, const base::Clock& clock);
// The number of the newest migration that the database has, marked or not; 0 for a new one. Checks nothing.
[[nodiscard]] int schema_version(Database& database);

}  // namespace gatehouse::db
