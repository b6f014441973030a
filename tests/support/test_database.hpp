#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/db/database.hpp"
#include "platform/db/sqlite_database.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::test {

// A database of the test's own, with every migration applied; gone when the object goes.
class TestDatabase {
 public:
  virtual ~TestDatabase() = default;
  [[nodiscard]] virtual db::Database& database() = 0;
  // Whether what is written outlives the Database; only then reopen() may be called.
  [[nodiscard]] virtual bool is_durable() const = 0;
  // Closes and opens again, as a restart does. References to database() end here.
  virtual void reopen() = 0;
  // What this database calls a column of bytes.
  [[nodiscard]] virtual const char* bytes_type() const { return "BLOB"; }
};

// The fake of unit tests: quick, and gone with the object.
[[nodiscard]] std::unique_ptr<TestDatabase> sqlite_in_memory();
// As in production, in a folder of its own.
[[nodiscard]] std::unique_ptr<TestDatabase> sqlite_on_disk();
// A database of PostgresServer::shared().
[[nodiscard]] std::unique_ptr<TestDatabase> postgres();
// The same through PgBouncer in transaction mode.
[[nodiscard]] std::unique_ptr<TestDatabase> postgres_behind_pgbouncer();

// Every kind of database that stores must work on: what conformance suites are instantiated for.
struct DatabaseKind {
  const char* name;  // as it stands in the names of tests
  std::unique_ptr<TestDatabase> (*open)();
};
[[nodiscard]] const std::vector<DatabaseKind>& every_database();

}  // namespace gatehouse::test
