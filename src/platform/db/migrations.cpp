#include "platform/db/migrations.hpp"

#include <cstdint>
#include <cstdio>
#include <exception>

#include "platform/base/unavailable.hpp"

namespace gatehouse::db {
namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)";

// Of nodes that start at once one migrates and the others wait. SQLite has one writer anyway.
//
// LOCK TABLE, because it takes no snapshot: a SERIALIZABLE transaction that waits inside its first SELECT, as one for
// an advisory lock does, goes on with what it saw before the wait. The table itself is made under an advisory lock:
// CREATE TABLE looks at the newest catalogue whatever the snapshot. As scripts, which no statement_timeout cuts short.
constexpr std::string_view kLockCreation = "SELECT pg_advisory_xact_lock(7020561390047612)";
constexpr std::string_view kLockTable = "LOCK TABLE schema_migration IN EXCLUSIVE MODE";

constexpr int kCopyMark = 1'000'000;  // migrations have four digits

enum class Marked { is_refused, is_fine };

bool is_postgres(const Database& database) { return database.dialect() == Database::Dialect::postgres; }

std::string full_name(int number, std::string_view name) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%04d_", number);
  return digits + std::string(name);
}

void check_applied(std::span<const Migration> migrations, int expected, const Row& row) {
  const auto number = row.integer(0);
  if (number == kCopyMark) {
    throw MigrationError(
        "this database is being filled with a copy of another, which is not complete: run the copy again, or drop it");
  }
  const auto name = full_name(static_cast<int>(number), row.text(1));
  if (number > static_cast<std::int64_t>(migrations.size())) {
    throw MigrationError("the database is newer than this program: it has migration " + name +
                         ". Start the version of gatehouse that made it, or a later one");
  }
  if (number != expected) {
    throw MigrationError("the database lacks a migration before " + name + ". Restore it from a backup");
  }
  const auto& known = migrations[static_cast<std::size_t>(number - 1)];
  if (row.text(2) != known.sha256 || row.text(1) != known.name) {
    throw MigrationError("migration " + name +
                         " was applied with another text than this program has. Start the version of gatehouse that "
                         "applied it, or restore the database from a backup");
  }
}

bool has_table(Transaction& transaction, bool postgres) {
  const std::string_view find = postgres
                                    ? "SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL"
                                    : "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'";
  return transaction.query_one(find, {}, [](const Row&) { return true; }).value_or(false);
}

// The number of the newest migration that was applied; 0 for a new database. Throws MigrationError.
int applied_version(Transaction& transaction, std::span<const Migration> migrations, Marked marked) {
  int version = 0;
  transaction.query("SELECT number, name, sha256 FROM schema_migration ORDER BY number", {}, [&](const Row& row) {
    if (marked == Marked::is_fine && row.integer(0) == kCopyMark) return;
    check_applied(migrations, ++version, row);
  });
  return version;
}

int version_of(Database& database, std::span<const Migration> migrations, Marked marked) {
  return database.read_blocking([&, postgres = is_postgres(database)](Transaction& transaction) {
    return has_table(transaction, postgres) ? applied_version(transaction, migrations, marked) : 0;
  });
}

// Inside the write transaction nobody else migrates: what is missing is decided here, not before. True when applied.
bool apply_next(Transaction& transaction, std::span<const Migration> migrations, Marked marked, base::TimePoint now,
                int& version) {
  version = applied_version(transaction, migrations, marked);
  if (version == static_cast<int>(migrations.size())) return false;
  const auto& next = migrations[static_cast<std::size_t>(version)];
  transaction.execute_script(next.sql);
  transaction.execute("INSERT INTO schema_migration (number, name, sha256, applied_at) VALUES ($1, $2, $3, $4)",
                      {next.number, next.name, next.sha256, base::to_unix_ms(now)});
  version = next.number;
  return true;
}

MigrationReport apply_missing(Database& database, const base::Clock& clock, std::span<const Migration> migrations,
                              Marked marked) {
  MigrationReport report;
  report.version = version_of(database, migrations, marked);
  // Then nothing is written: the role that serves need not be one that could change tables.
  if (report.version == static_cast<int>(migrations.size())) return report;
  const bool postgres = is_postgres(database);
  database.write_blocking([&](Transaction& transaction) {
    if (postgres) transaction.execute_script(kLockCreation);
    transaction.execute(kCreateTable);
  });
  for (;;) {
    try {
      const bool applied = database.write_blocking([&](Transaction& transaction) {
        if (postgres) transaction.execute_script(kLockTable);
        return apply_next(transaction, migrations, marked, clock.now(), report.version);
      });
      if (!applied) return report;
    } catch (const MigrationError&) {
      throw;
    } catch (const base::Unavailable&) {
      throw;
    } catch (const std::exception& error) {
      const auto& failed = migrations[static_cast<std::size_t>(report.version)];
      throw MigrationError("migration " + full_name(failed.number, failed.name) + " failed: " + error.what());
    }
    report.applied.push_back(full_name(report.version, migrations[static_cast<std::size_t>(report.version - 1)].name));
  }
}

}  // namespace

std::span<const Migration> migrations_for(const Database& database) {
  return is_postgres(database) ? postgres_migrations() : sqlite_migrations();
}

MigrationReport migrate(Database& database, const base::Clock& clock) {
  return migrate(database, clock, migrations_for(database));
}

MigrationReport migrate(Database& database, const base::Clock& clock, std::span<const Migration> migrations) {
  return apply_missing(database, clock, migrations, Marked::is_refused);
}

MigrationReport migrate_marked(Database& database, const base::Clock& clock) {
  return apply_missing(database, clock, migrations_for(database), Marked::is_fine);
}

std::vector<std::string> pending_migrations(Database& database) {
  return pending_migrations(database, migrations_for(database));
}

std::vector<std::string> pending_migrations(Database& database, std::span<const Migration> migrations) {
  const int version = version_of(database, migrations, Marked::is_refused);
  std::vector<std::string> pending;
  for (const auto& migration : migrations.subspan(static_cast<std::size_t>(version))) {
    pending.push_back(full_name(migration.number, migration.name));
  }
  return pending;
}

void mark_copy(Database& database, const base::Clock& clock) {
  database.write_blocking([&](Transaction& transaction) {
    transaction.execute("INSERT INTO schema_migration (number, name, sha256, applied_at) VALUES ($1, 'copy', '', $2)",
                        {kCopyMark, base::to_unix_ms(clock.now())});
  });
}

void unmark_copy(Database& database) {
  database.write_blocking([](Transaction& transaction) {
    transaction.execute("DELETE FROM schema_migration WHERE number = $1", {kCopyMark});
  });
}

int schema_version(Database& database) {
  return database.read_blocking([postgres = is_postgres(database)](Transaction& transaction) {
    if (!has_table(transaction, postgres)) return 0;
    const auto newest =
        transaction.query_one("SELECT max(number) FROM schema_migration WHERE number <> $1", {kCopyMark},
                              [](const Row& row) { return row.optional_integer(0).value_or(0); });
    return static_cast<int>(newest.value_or(0));
  });
}

bool copy_is_under_way(Database& database) {
  return database.read_blocking([postgres = is_postgres(database)](Transaction& transaction) {
    if (!has_table(transaction, postgres)) return false;
    return transaction
        .query_one("SELECT 1 FROM schema_migration WHERE number = $1", {kCopyMark}, [](const Row&) { return true; })
        .value_or(false);
  });
}

}  // namespace gatehouse::db
