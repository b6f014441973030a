#include "platform/db/migrations.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "platform/db/sqlite_database.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::db {
namespace {

constexpr Migration kFirst{1, "first", "aa", "CREATE TABLE one (id BIGINT); -- and\nINSERT INTO one (id) VALUES (1);"};
constexpr Migration kSecond{2, "second", "bb", "CREATE TABLE two (id BIGINT);"};
constexpr Migration kThird{3, "third", "cc", "CREATE TABLE three (id BIGINT);"};
using List = std::vector<Migration>;
using Names = std::vector<std::string>;

class Migrations : public ::testing::Test {
 protected:
  MigrationReport run(const List& migrations) { return migrate(*database_, clock_, migrations); }
  std::string refusal(const List& migrations) {
    try {
      run(migrations);
      return "accepted";
    } catch (const MigrationError& error) {
      return error.what();
    }
  }
  bool has_table(std::string_view name) {
    return database_
        ->read_blocking([&](Transaction& t) {
          return t.query_one("SELECT 1 FROM sqlite_schema WHERE name = $1", {name}, [](const Row&) { return true; });
        })
        .has_value();
  }

  base::FakeClock clock_;
  std::unique_ptr<Database> database_ = open_sqlite({});
};

TEST_F(Migrations, applies_what_is_missing_in_order_and_only_once) {
  EXPECT_EQ(run({kFirst}).applied, Names{"0001_first"});
  EXPECT_EQ(pending_migrations(*database_, List{kFirst, kSecond, kThird}), (Names{"0002_second", "0003_third"}));
  const auto report = run({kFirst, kSecond, kThird});
  EXPECT_EQ(report.applied, (Names{"0002_second", "0003_third"}));
  EXPECT_EQ(report.version, 3);
  const auto again = run({kFirst, kSecond, kThird});
  EXPECT_TRUE(again.applied.empty());
  EXPECT_EQ(again.version, 3);
  EXPECT_TRUE(pending_migrations(*database_, List{kFirst, kSecond, kThird}).empty());
}

TEST_F(Migrations, records_what_was_applied_and_when) {
  run({kFirst});
  database_->read_blocking([&](Transaction& t) {
    t.query("SELECT number, name, sha256, applied_at FROM schema_migration", {}, [&](const Row& row) {
      EXPECT_EQ(row.integer(0), 1);
      EXPECT_EQ(row.text(1), "first");
      EXPECT_EQ(row.text(2), "aa");
      EXPECT_EQ(row.integer(3), base::to_unix_ms(clock_.now()));
    });
  });
}

TEST_F(Migrations, asking_what_is_pending_changes_nothing) {
  EXPECT_EQ(pending_migrations(*database_, List{kFirst}), Names{"0001_first"});
  EXPECT_FALSE(has_table("schema_migration"));
  EXPECT_FALSE(has_table("one"));
}

TEST_F(Migrations, refuses_a_database_that_is_newer_than_the_program) {
  run({kFirst, kSecond});
  EXPECT_NE(refusal({kFirst}).find("newer than this program: it has migration 0002_second"), std::string::npos);
  EXPECT_THROW((void)pending_migrations(*database_, List{kFirst}), MigrationError);
}

TEST_F(Migrations, refuses_a_migration_that_was_changed_after_it_had_been_applied) {
  run({kFirst, kSecond});
  auto changed = kFirst;
  changed.sha256 = "ff";
  EXPECT_NE(refusal({changed, kSecond, kThird}).find("0001_first was applied with another text"), std::string::npos);
  EXPECT_FALSE(has_table("three")) << "nothing is applied on top of an unknown schema";
}

TEST_F(Migrations, refuses_a_database_that_lacks_an_earlier_migration) {
  run({kFirst, kSecond});
  database_->write_blocking([](Transaction& t) { t.execute("DELETE FROM schema_migration WHERE number = 1"); });
  EXPECT_NE(refusal({kFirst, kSecond}).find("lacks a migration before 0002_second"), std::string::npos);
}

TEST_F(Migrations, a_migration_that_fails_leaves_nothing_of_itself_and_all_before_it) {
  const Migration broken{2, "broken", "dd", "CREATE TABLE half (id BIGINT); INSERT INTO nowhere (id) VALUES (1);"};
  const auto message = refusal({kFirst, broken, kThird});
  EXPECT_NE(message.find("migration 0002_broken failed: sqlite: no such table: nowhere"), std::string::npos) << message;
  EXPECT_TRUE(has_table("one"));
  EXPECT_FALSE(has_table("half"));
  EXPECT_FALSE(has_table("three"));
  EXPECT_EQ(run({kFirst, kSecond}).applied, Names{"0002_second"}) << "a repaired program goes on";
}

// Without the fixture, whose threads a child process would not have.
TEST(MigrationsOfProcesses, that_start_at_once_apply_each_migration_once) {
  const test::TempDir directory;
  const auto path = (directory.path() / "gatehouse.db").string();
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        const auto mine = open_sqlite({.path = path});
        const auto report = migrate(*mine, base::SystemClock(), List{kFirst, kSecond, kThird});
        ::_exit(static_cast<int>(report.applied.size()));  // how many this process applied
      } catch (...) {
        ::_exit(100);
      }
    }
    children.push_back(child);
  }
  int applied = 0;
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    applied += WEXITSTATUS(status);
  }
  EXPECT_EQ(applied, 3);
}

TEST_F(Migrations, the_programs_own_are_the_files_byte_for_byte_and_apply_to_a_new_database) {
  int expected = 0;
  for (const auto& migration : sqlite_migrations()) {
    EXPECT_EQ(migration.number, ++expected);
    EXPECT_EQ(migration.sha256.size(), 64U);
    char name[128];
    std::snprintf(name, sizeof name, "%s/sql/sqlite/%04d_%s.sql", GATEHOUSE_SOURCE_DIR, migration.number,
                  std::string(migration.name).c_str());
    std::ifstream file(name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(text, migration.sql) << name;
  }
  EXPECT_EQ(migrate(*database_, clock_).version, expected);
}

}  // namespace
}  // namespace gatehouse::db
