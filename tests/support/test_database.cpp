#include "tests/support/test_database.hpp"

#include <stdexcept>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/db/migrations.hpp"

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

}  // namespace

std::unique_ptr<TestDatabase> sqlite_in_memory() { return std::make_unique<InMemory>(); }
std::unique_ptr<TestDatabase> sqlite_on_disk() { return std::make_unique<OnDisk>(); }

const std::vector<DatabaseKind>& every_database() {
  static const std::vector<DatabaseKind> kinds{{"sqlite_in_memory", sqlite_in_memory},
                                               {"sqlite_on_disk", sqlite_on_disk}};
  return kinds;
}

}  // namespace gatehouse::test
