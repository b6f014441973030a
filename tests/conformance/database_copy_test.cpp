// An installation that moves from SQLite to PostgreSQL (platform/db/copy_installation.hpp).
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/copy_installation.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/sample_installation.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse {
namespace {

using db::Blob;
using db::CopyProgress;
using db::Row;
using db::Transaction;

using test::add_account;
using test::id_of;
using test::kAccounts;

class CopyInstallation : public ::testing::Test {
 protected:
  CopyInstallation() { test::add_installation(from()); }
  ~CopyInstallation() override {
    to_.reset();
    test::PostgresServer::shared().drop_database(name_);
  }

  db::Database& from() { return from_->database(); }
  db::Database& to() { return *to_; }
  db::CopyReport copy(const std::function<void(const CopyProgress&)>& progress = [](const CopyProgress&) {}) {
    return db::copy_installation(from(), to(), clock_, progress);
  }
  std::string refusal(const std::function<void(const CopyProgress&)>& progress = [](const CopyProgress&) {}) {
    try {
      copy(progress);
      return "copied";
    } catch (const db::CopyError& error) {
      return error.what();
    }
  }
  static std::int64_t count(db::Database& database, const std::string& table) {
    return database
        .read_blocking([&](Transaction& t) {
          return t.query_one("SELECT count(*) FROM " + table, {}, [](const Row& row) { return row.integer(0); });
        })
        .value();
  }

  base::FakeClock clock_;
  const std::unique_ptr<test::TestDatabase> from_ = test::sqlite_in_memory();
  const std::string name_ = test::PostgresServer::shared().create_empty_database();
  std::unique_ptr<db::Database> to_ = db::open_postgres(
      {.url = base::Secret(test::PostgresServer::shared().url(name_)), .statement_timeout = std::chrono::seconds(30)});
};

TEST_F(CopyInstallation, every_row_arrives_and_is_read_again) {
  std::uint64_t copied = 0, verified = 0;
  const auto report = copy([&](const CopyProgress& progress) {
    EXPECT_LE(progress.done, progress.total);
    if (progress.table == "account") (progress.verifying ? verified : copied) = progress.done;
  });
  EXPECT_FALSE(report.resumed);
  EXPECT_EQ(report.rows, 3U * kAccounts + 2);
  EXPECT_EQ(copied, static_cast<std::uint64_t>(kAccounts));
  EXPECT_EQ(verified, copied);
  EXPECT_EQ(count(to(), "account"), kAccounts);
  EXPECT_EQ(count(to(), "session"), kAccounts);
  EXPECT_TRUE(db::migrate(to(), clock_).applied.empty()) << "a program may start on it";
  const auto name = to().read_blocking([](Transaction& t) {
    return t.query_one("SELECT username, email_index FROM account WHERE id = $1", {Blob{id_of(7)}}, [](const Row& row) {
      EXPECT_EQ(row.blob(1), id_of(7));
      return row.text(0);
    });
  });
  EXPECT_EQ(name, "Łódź-7");
}

TEST_F(CopyInstallation, numbers_go_on_where_the_source_stood) {
  (void)copy();
  const auto next = to().write_blocking([](Transaction& t) {
    return t.query_one("INSERT INTO revocation (kind, key, until) VALUES (0, $1, 1) RETURNING seq", {Blob{"k"}},
                       [](const Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(next, 6);
}

TEST_F(CopyInstallation, refuses_a_target_that_holds_rows) {
  db::migrate(to(), clock_);
  to().write_blocking([](Transaction& t) { add_account(t, 1); });
  EXPECT_EQ(refusal(), "the target is not empty: table account holds rows. Name an empty database");
  EXPECT_EQ(count(to(), "account"), 1);
}

TEST_F(CopyInstallation, an_interrupted_copy_keeps_programs_away_and_goes_on_when_it_is_called_again) {
  struct Interrupted {};
  EXPECT_THROW(copy([](const CopyProgress& progress) {
                 if (progress.table == "session" && progress.done == 1000) throw Interrupted();
               }),
               Interrupted);
  EXPECT_EQ(count(to(), "session"), 1000);
  EXPECT_THROW(db::migrate(to(), clock_), db::MigrationError);
  EXPECT_THROW((void)db::pending_migrations(to()), db::MigrationError);
  std::optional<std::uint64_t> began;
  const auto report = copy([&](const CopyProgress& progress) {
    if (progress.table == "session" && !began) began = progress.done;
  });
  EXPECT_TRUE(report.resumed);
  EXPECT_EQ(began, 1000U) << "where it had ended";
  EXPECT_EQ(report.rows, 3U * kAccounts + 2);
  EXPECT_TRUE(db::migrate(to(), clock_).applied.empty());
}

TEST_F(CopyInstallation, a_value_that_is_another_one_afterwards_is_found_and_keeps_programs_away) {
  const auto change = [&](const CopyProgress& progress) {
    if (!progress.verifying || progress.table != "account" || progress.done != 1000) return;
    to().write_blocking(
        [](Transaction& t) { t.execute("UPDATE account SET roles = 'admin' WHERE id = $1", {Blob{id_of(2000)}}); });
  };
  EXPECT_TRUE(refusal(change).starts_with("table account differs at id 07d00000")) << refusal();
  EXPECT_THROW(db::migrate(to(), clock_), db::MigrationError);
}

TEST_F(CopyInstallation, a_row_that_is_gone_afterwards_is_found) {
  const auto change = [&](const CopyProgress& progress) {
    if (!progress.verifying || progress.table != "session" || progress.done != 0) return;
    to().write_blocking([](Transaction& t) { t.execute("DELETE FROM session WHERE id = $1", {Blob{id_of(0)}}); });
  };
  EXPECT_TRUE(refusal(change).starts_with("table session differs at id 00000000")) << refusal();
}

TEST_F(CopyInstallation, goes_one_way_only) {
  EXPECT_THROW(db::copy_installation(to(), from(), clock_, [](const CopyProgress&) {}), db::CopyError);
}

}  // namespace
}  // namespace gatehouse
