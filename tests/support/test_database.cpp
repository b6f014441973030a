#include "tests/support/test_database.hpp"

#include <stdexcept>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "tests/support/pgbouncer.hpp"
#include "tests/support/postgres_server.hpp"

namespace gatehouse::test {
namespace {

std::unique_ptr<db::Database> open_migrated(const db::SqliteOptions& options) {
  auto database = db::open_sqlite(options);
  db::migrate(*database, base::FakeClock());
  return database;
}

class InMemory final : public TestDatabase {
 public:
  [[nodiscard]] db::Database& database() override { return *database_; }
  [[nodiscard]] bool is_durable() const override { return false; }
  void reopen() override { throw std::logic_error("a database in memory does not outlive a restart"); }

 private:
  std::unique_ptr<db::Database> database_ = open_migrated({});
};

class OnDisk final : public TestDatabase {
 public:
  [[nodiscard]] db::Database& database() override { return *database_; }
  [[nodiscard]] bool is_durable() const override { return true; }
  void reopen() override {
    database_.reset();  // closed before it is opened again
    database_ = open();
  }

 private:
  [[nodiscard]] std::unique_ptr<db::Database> open() const {
    return open_migrated({.path = (directory_.path() / "gatehouse.db").string()});
  }

  TempDir directory_;
  std::unique_ptr<db::Database> database_ = open();
};

class OnPostgres final : public TestDatabase {
 public:
  explicit OnPostgres(bool behind_pgbouncer) : behind_pgbouncer_(behind_pgbouncer) {}
  ~OnPostgres() override {
    database_.reset();
    PostgresServer::shared().drop_database(name_);
  }
  OnPostgres(const OnPostgres&) = delete;
  OnPostgres& operator=(const OnPostgres&) = delete;

  [[nodiscard]] db::Database& database() override { return *database_; }
  [[nodiscard]] bool is_durable() const override { return true; }
  void reopen() override {
    database_.reset();
    database_ = open();
  }
  [[nodiscard]] const char* bytes_type() const override { return "BYTEA"; }

 private:
  [[nodiscard]] std::unique_ptr<db::Database> open() const {
    const auto url = behind_pgbouncer_ ? PgBouncer::shared().url(name_) : PostgresServer::shared().url(name_);
    // Patient: tests run many at a time on machines that have other things to do.
    return db::open_postgres({.url = base::Secret(std::string_view(url)),
                              .prepared_statements = !behind_pgbouncer_,
                              .statement_timeout = std::chrono::seconds(30),
                              .connect_timeout = std::chrono::seconds(30)});
  }

  const bool behind_pgbouncer_;
  const std::string name_ = PostgresServer::shared().create_database();
  std::unique_ptr<db::Database> database_ = open();
};

}  // namespace

std::unique_ptr<TestDatabase> postgres() { return std::make_unique<OnPostgres>(false); }
std::unique_ptr<TestDatabase> postgres_behind_pgbouncer() { return std::make_unique<OnPostgres>(true); }

std::unique_ptr<TestDatabase> sqlite_in_memory() { return std::make_unique<InMemory>(); }
std::unique_ptr<TestDatabase> sqlite_on_disk() { return std::make_unique<OnDisk>(); }

const std::vector<DatabaseKind>& every_database() {
  static const std::vector<DatabaseKind> kinds{{"sqlite_in_memory", sqlite_in_memory},
                                               {"sqlite_on_disk", sqlite_on_disk},
                                               {"postgres", postgres},
                                               {"pgbouncer", postgres_behind_pgbouncer}};
  return kinds;
}

}  // namespace gatehouse::test
