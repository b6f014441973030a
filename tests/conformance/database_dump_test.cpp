// An installation as a stream of bytes (platform/db/dump.hpp), from each database to each.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/db/dump.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "platform/db/sqlite_database.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/sample_installation.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse {
namespace {

using db::Blob;
using db::Row;
using db::Transaction;

using test::add_account;
using test::add_installation;
using test::kAccounts;

const auto kQuietly = [](std::string_view, std::uint64_t) {};

std::int64_t number(db::Database& database, const std::string& sql) {
  return database
      .read_blocking(
          [&](Transaction& t) { return t.query_one(sql, {}, [](const Row& row) { return row.integer(0); }); })
      .value();
}

// A database without a table.
class EmptyDatabase {
 public:
  explicit EmptyDatabase(bool postgres) {
    if (!postgres) {
      database_ = db::open_sqlite({.path = {}});
      return;
    }
    name_ = test::PostgresServer::shared().create_empty_database();
    database_ = db::open_postgres({.url = base::Secret(test::PostgresServer::shared().url(name_)),
                                   .statement_timeout = std::chrono::seconds(30)});
  }
  ~EmptyDatabase() {
    database_.reset();
    if (!name_.empty()) test::PostgresServer::shared().drop_database(name_);
  }
  EmptyDatabase(const EmptyDatabase&) = delete;
  EmptyDatabase& operator=(const EmptyDatabase&) = delete;
  [[nodiscard]] db::Database& operator*() const { return *database_; }

 private:
  std::string name_;
  std::unique_ptr<db::Database> database_;
};

std::string dump(db::Database& database, const db::DumpProgress& progress = kQuietly) {
  std::string bytes;
  db::write_dump(
      database,
      {.made_at = base::from_unix_ms(77), .program = "1.2.3", .extra = base::Secret(std::string_view("more"))},
      [&](std::string_view part) { bytes += part; }, progress);
  return bytes;
}

// In parts of `size` bytes.
db::DumpRead parts_of(const std::string& bytes, std::size_t size = 10'007) {
  return [&bytes, size, at = std::size_t{0}]() mutable {
    const auto part = std::string_view(bytes).substr(at, size);
    at += part.size();
    return base::Secret(part);
  };
}

std::string refusal_of(const std::string& bytes) {
  try {
    db::check_dump(parts_of(bytes), kQuietly);
    return "accepted";
  } catch (const db::DumpError& error) {
    return error.what();
  }
}

class Dump : public ::testing::TestWithParam<std::tuple<test::DatabaseKind, bool>> {
 protected:
  Dump() { add_installation(from()); }
  db::Database& from() { return from_->database(); }
  db::Database& to() { return *to_; }

  base::FakeClock clock_;
  const std::unique_ptr<test::TestDatabase> from_ = std::get<0>(GetParam()).open();
  const EmptyDatabase to_{std::get<1>(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(FromEachToEach, Dump,
                         ::testing::Combine(::testing::ValuesIn(test::every_database()), ::testing::Bool()),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param).name) +
                                  (std::get<1>(info.param) ? "_to_postgres" : "_to_sqlite");
                         });

TEST_P(Dump, everything_arrives) {
  const auto bytes = dump(from());
  const auto report = db::load_dump(parts_of(bytes), to(), {}, clock_, kQuietly);
  EXPECT_EQ(report.rows, 3U * kAccounts + 2);
  EXPECT_EQ(report.header.made_at, base::from_unix_ms(77));
  EXPECT_EQ(report.header.program, "1.2.3");
  EXPECT_EQ(report.header.extra.expose(), "more");
  db::unmark_copy(to());
  EXPECT_TRUE(db::migrate(to(), clock_).applied.empty()) << "a program may start on it";
  EXPECT_EQ(dump(to()), bytes) << "value by value, on whichever database";
  const auto next = to().write_blocking([](Transaction& t) {
    return t.query_one("INSERT INTO revocation (kind, key, until) VALUES (0, $1, 1) RETURNING seq", {Blob{"k"}},
                       [](const Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(next, 6) << "numbers go on where the source stood";
}

// A database in memory has no snapshots: who reads keeps others from writing.
class DumpOfWhatIsServed : public ::testing::TestWithParam<test::DatabaseKind> {};
INSTANTIATE_TEST_SUITE_P(EachDurable, DumpOfWhatIsServed,
                         ::testing::Values(test::DatabaseKind{"sqlite_on_disk", test::sqlite_on_disk},
                                           test::DatabaseKind{"postgres", test::postgres}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(DumpOfWhatIsServed, holds_one_moment_whatever_is_written_meanwhile) {
  const auto from = GetParam().open();
  add_installation(from->database());
  bool written = false;
  const auto bytes = dump(from->database(), [&](std::string_view table, std::uint64_t) {
    if (table != "account" || std::exchange(written, true)) return;
    from->database().write_blocking([](Transaction& t) {
      t.execute("DELETE FROM session");
      add_account(t, kAccounts + 1);
    });
  });
  ASSERT_TRUE(written);
  const EmptyDatabase to(false);
  db::load_dump(parts_of(bytes), *to, {}, base::FakeClock(), kQuietly);
  EXPECT_EQ(number(*to, "SELECT count(*) FROM account"), kAccounts);
  EXPECT_EQ(number(*to, "SELECT count(*) FROM session"), kAccounts);
}

TEST(DumpIntoSqlite, leaves_out_the_rows_that_it_is_told_to_and_keeps_their_numbers) {
  const auto from = test::sqlite_in_memory();
  add_installation(from->database());
  const auto bytes = dump(from->database());
  const EmptyDatabase to(false);
  constexpr std::string_view kLeft[] = {"session", "no_such_table"};
  EXPECT_EQ(db::load_dump(parts_of(bytes), *to, kLeft, base::FakeClock(), kQuietly).rows, 3U * kAccounts + 2);
  EXPECT_EQ(number(*to, "SELECT count(*) FROM session"), 0);
  EXPECT_EQ(number(*to, "SELECT count(*) FROM account"), kAccounts);
}

class DumpTarget : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Each, DumpTarget, ::testing::Bool(),
                         [](const auto& info) { return std::string(info.param ? "postgres" : "sqlite"); });

TEST_P(DumpTarget, refuses_one_that_holds_rows) {
  const auto from = test::sqlite_in_memory();
  const auto bytes = dump(from->database());
  const EmptyDatabase to(GetParam());
  const base::FakeClock clock;
  db::migrate(*to, clock);
  (*to).write_blocking([](Transaction& t) { add_account(t, 1); });
  EXPECT_THROW(db::load_dump(parts_of(bytes), *to, {}, clock, kQuietly), db::DumpError);
  EXPECT_EQ(number(*to, "SELECT count(*) FROM account"), 1);
}

TEST(DumpIntoPostgres, an_interrupted_load_keeps_programs_away_and_begins_anew_when_it_is_called_again) {
  const auto from = test::sqlite_in_memory();
  add_installation(from->database());
  const auto bytes = dump(from->database());
  const EmptyDatabase to(true);
  const base::FakeClock clock;
  struct Interrupted {};
  EXPECT_THROW(db::load_dump(parts_of(bytes), *to, {}, clock,
                             [](std::string_view table, std::uint64_t) {
                               if (table == "account") throw Interrupted();
                             }),
               Interrupted);
  EXPECT_EQ(number(*to, "SELECT count(*) FROM account"), kAccounts);
  EXPECT_THROW(db::migrate(*to, clock), db::MigrationError);
  EXPECT_EQ(db::load_dump(parts_of(bytes), *to, {}, clock, kQuietly).rows, 3U * kAccounts + 2);
  EXPECT_THROW(db::migrate(*to, clock), db::MigrationError) << "until its caller is done, too";
  db::unmark_copy(*to);
  EXPECT_TRUE(db::migrate(*to, clock).applied.empty());
}

class DumpFormat : public ::testing::Test {
 protected:
  DumpFormat() {
    from_->database().write_blocking([](Transaction& t) { add_account(t, 1); });
    bytes_ = dump(from_->database());
  }
  const std::unique_ptr<test::TestDatabase> from_ = test::sqlite_in_memory();
  std::string bytes_;
};

TEST_F(DumpFormat, refuses_a_dump_that_was_cut_off_anywhere_or_goes_on) {
  for (std::size_t i = 0; i < bytes_.size(); ++i) EXPECT_NE(refusal_of(bytes_.substr(0, i)), "accepted") << i;
  EXPECT_EQ(refusal_of(bytes_ + "Z"), "the dump is malformed");
  EXPECT_EQ(refusal_of(bytes_), "accepted");
}

TEST_F(DumpFormat, refuses_what_a_newer_program_made_and_what_another_text_of_a_migration_did) {
  auto newer = bytes_;
  newer[8 + 8 + 3] = 127;  // behind the magic and the time
  EXPECT_EQ(refusal_of(newer), "a newer gatehouse made it: restore it with that version, or a later one");
  auto other = bytes_;
  other[8 + 8 + 4] = 'x';
  EXPECT_TRUE(
      refusal_of(other).ends_with("had another text where it was made: restore it with that version of gatehouse"));
}

TEST_F(DumpFormat, a_length_beyond_every_bound_costs_no_memory) {
  const auto program = bytes_.find("1.2.3");
  auto huge = bytes_;
  huge.replace(program - 4, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(refusal_of(huge), "the dump is malformed");
}

}  // namespace
}  // namespace gatehouse
