// What every database promises of insert_many (platform/db/transaction.hpp).
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/conformance/on_every_database.hpp"

namespace gatehouse {
namespace {

using db::Blob;
using db::Row;
using db::Transaction;
using db::Value;

class DatabaseBulk : public test::OnEveryDatabase {
 protected:
  DatabaseBulk() {
    const std::string bytes = test_database().bytes_type();
    database().write_blocking([&](Transaction& t) {
      t.execute_script("CREATE TABLE parcel (number BIGINT PRIMARY KEY, label TEXT UNIQUE, content " + bytes + ")");
    });
  }

  void insert(const std::vector<Value>& values) {
    database().write_blocking([&](Transaction& t) { t.insert_many("parcel", "number, label, content", values); });
  }
  std::int64_t count() {
    return database()
        .read_blocking([](Transaction& t) {
          return t.query_one("SELECT count(*) FROM parcel", {}, [](const Row& r) { return r.integer(0); });
        })
        .value();
  }
};

GATEHOUSE_ON_EVERY_DATABASE(DatabaseBulk);

TEST_P(DatabaseBulk, every_value_comes_back_as_it_was) {
  const std::string nul_inside("\0a\xFFz", 4);
  insert({std::numeric_limits<std::int64_t>::min(), "plain", Blob{nul_inside},  //
          std::int64_t{-1}, "tab\t, comma and \\.", Blob{""},                   //
          std::int64_t{7}, nullptr, nullptr});
  struct Seen {
    std::int64_t number;
    std::string label;
    std::string content;
  };
  std::vector<Seen> seen;
  database().read_blocking([&](Transaction& t) {
    t.query("SELECT number, label, content FROM parcel ORDER BY number", {}, [&](const Row& row) {
      seen.push_back(
          {row.integer(0), row.is_null(1) ? "(null)" : row.text(1), row.is_null(2) ? "(null)" : row.blob(2)});
    });
    return 0;
  });
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].number, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(seen[0].label, "plain");
  EXPECT_EQ(seen[0].content, nul_inside);
  EXPECT_EQ(seen[1].label, "tab\t, comma and \\.");
  EXPECT_EQ(seen[1].content, "");
  EXPECT_EQ(seen[2].label, "(null)");
  EXPECT_EQ(seen[2].content, "(null)");
}

TEST_P(DatabaseBulk, many_rows_of_some_size_travel_whole) {
  const std::string large(2'000, 'x');
  constexpr std::int64_t kRows = 3'000;
  std::vector<std::string> labels;
  for (std::int64_t i = 0; i < kRows; ++i) labels.push_back("label " + std::to_string(i));
  std::vector<Value> values;
  for (std::int64_t i = 0; i < kRows; ++i) {
    values.insert(values.end(), {i, std::string_view(labels[static_cast<std::size_t>(i)]), Blob{large}});
  }
  insert(values);
  EXPECT_EQ(count(), kRows);
}

TEST_P(DatabaseBulk, no_row_at_all_changes_nothing) {
  insert({});
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseBulk, a_row_that_is_refused_refuses_them_all) {
  insert({std::int64_t{1}, "taken", nullptr});
  EXPECT_THROW(insert({std::int64_t{2}, "free", nullptr, std::int64_t{3}, "taken", nullptr}), db::UniqueViolation);
  EXPECT_EQ(count(), 1);
  // The connection is as good as before.
  insert({std::int64_t{2}, "free", nullptr});
  EXPECT_EQ(count(), 2);
}

TEST_P(DatabaseBulk, stands_among_other_statements_of_its_transaction) {
  database().write_blocking([](Transaction& t) {
    t.execute("INSERT INTO parcel (number, label) VALUES ($1, $2)", {std::int64_t{1}, "before"});
    t.insert_many("parcel", "number, label", std::vector<Value>{std::int64_t{2}, "within"});
    t.execute("UPDATE parcel SET label = $1 WHERE number = 2", {"changed"});
  });
  EXPECT_EQ(count(), 2);
  EXPECT_THROW(database().write_blocking([](Transaction& t) {
    t.insert_many("parcel", "number, label", std::vector<Value>{std::int64_t{3}, "gone"});
    throw std::domain_error("changed my mind");
  }),
               std::domain_error);
  EXPECT_EQ(count(), 2);
}

}  // namespace
}  // namespace gatehouse
