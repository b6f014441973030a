// What every database promises to the stores (platform/db/database.hpp).
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/base/unavailable.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/integrity.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse {
namespace {

using boost::asio::awaitable;
using db::Row;
using db::Transaction;

class DatabaseConformance : public test::OnEveryDatabase {
 protected:
  DatabaseConformance() {
    database().write_blocking([](Transaction& t) {
      t.execute_script(
          "CREATE TABLE item (name TEXT PRIMARY KEY, value BIGINT);"
          "CREATE TABLE part (item TEXT NOT NULL REFERENCES item (name));");
    });
  }

  void insert(const std::string& name, std::int64_t value) {
    database().write_blocking([&](Transaction& t) { put(t, name, value); });
  }
  static void put(Transaction& t, const std::string& name, std::int64_t value) {
    t.execute("INSERT INTO item (name, value) VALUES ($1, $2)", {name, value});
  }
  static std::int64_t value_in(Transaction& t, const std::string& name) {
    return t.query_one("SELECT value FROM item WHERE name = $1", {name}, [](const Row& r) { return r.integer(0); })
        .value_or(-1);
  }
  std::int64_t value_of(const std::string& name) {
    return database().read_blocking([&](Transaction& t) { return value_in(t, name); });
  }

  // Starts the writes together; gives what each of them threw.
  using Write = std::function<void(Transaction&)>;
  std::vector<std::exception_ptr> write_together(const std::vector<Write>& writes) {
    std::vector<std::exception_ptr> thrown(writes.size());
    test::run_together(writes.size(), [&](std::size_t i) -> awaitable<void> {
      try {
        co_await database().write(writes[i]);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
    });
    return thrown;
  }
};

GATEHOUSE_ON_EVERY_DATABASE(DatabaseConformance);

TEST_P(DatabaseConformance, a_write_that_throws_is_undone_and_no_other) {
  const auto thrown = write_together({
      [](Transaction& t) { put(t, "first", 1); },
      [](Transaction& t) {
        put(t, "second", 2);
        throw std::domain_error("changed my mind");
      },
      [](Transaction& t) { put(t, "third", 3); },
  });
  EXPECT_FALSE(thrown[0]);
  EXPECT_THROW(std::rethrow_exception(thrown[1]), std::domain_error);
  EXPECT_FALSE(thrown[2]);
  EXPECT_EQ(value_of("first"), 1);
  EXPECT_EQ(value_of("second"), -1);
  EXPECT_EQ(value_of("third"), 3);
}

TEST_P(DatabaseConformance, a_lock_goes_with_the_transaction_that_took_it) {
  const auto lock = [](Transaction& t) { return t.try_lock("sweep"); };
  EXPECT_TRUE(database().write_blocking(lock));
  EXPECT_TRUE(database().write_blocking(lock));
  EXPECT_THROW(database().write_blocking([&](Transaction& t) -> bool {
    EXPECT_TRUE(lock(t));
    throw std::domain_error("changed my mind");
  }),
               std::domain_error);
  EXPECT_TRUE(database().write_blocking(lock));
}

TEST_P(DatabaseConformance, of_writes_that_break_one_constraint_together_one_succeeds) {
  std::vector<Write> writes(8, [](Transaction& t) { put(t, "name", 1); });
  writes.emplace_back([](Transaction& t) { put(t, "other", 3); });
  std::size_t refused = 0;
  for (const auto& thrown : write_together(writes)) {
    if (!thrown) continue;
    EXPECT_THROW(std::rethrow_exception(thrown), db::UniqueViolation);
    ++refused;
  }
  EXPECT_EQ(refused, 7U);
  EXPECT_EQ(value_of("name"), 1);
  EXPECT_EQ(value_of("other"), 3);
}

// Whatever stood before the refused statement stays, whatever the function does with the refusal.
TEST_P(DatabaseConformance, a_refusal_that_is_taken_for_an_answer_undoes_nothing_before_it) {
  insert("taken", 1);
  const bool refused = database().write_blocking([](Transaction& t) {
    put(t, "before", 2);
    try {
      put(t, "taken", 3);
      return false;
    } catch (const db::UniqueViolation&) {
      return true;
    }
  });
  EXPECT_TRUE(refused);
  EXPECT_EQ(value_of("before"), 2);
  EXPECT_EQ(value_of("taken"), 1);
}

TEST_P(DatabaseConformance, each_of_several_refusals_in_one_transaction_is_told) {
  insert("taken", 1);
  int refused = 0;
  database().write_blocking([&](Transaction& t) {
    refused = 0;  // the function may run again
    for (const char* name : {"a", "taken", "b", "taken", "a", "c"}) {
      try {
        put(t, name, 2);
      } catch (const db::UniqueViolation&) {
        ++refused;
      }
    }
    try {
      t.execute("UPDATE item SET name = 'taken' WHERE name = 'b'");
    } catch (const db::UniqueViolation&) {
      ++refused;
    }
  });
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(value_of("a") + value_of("b") + value_of("c"), 6);
}

TEST_P(DatabaseConformance, a_transaction_goes_on_after_a_unique_violation) {
  insert("taken", 1);
  database().write_blocking([](Transaction& t) {
    EXPECT_THROW(put(t, "taken", 2), db::UniqueViolation);
    put(t, "free", 3);
  });
  EXPECT_EQ(value_of("taken"), 1);
  EXPECT_EQ(value_of("free"), 3);
}

TEST_P(DatabaseConformance, a_foreign_key_that_points_nowhere_is_refused_and_is_no_unique_violation) {
  const auto orphan = [](Transaction& t) { t.execute("INSERT INTO part (item) VALUES ($1)", {"nobody"}); };
  try {
    database().write_blocking(orphan);
    FAIL() << "accepted";
  } catch (const db::UniqueViolation&) {
    FAIL() << "told as a unique violation";
  } catch (const base::Unavailable&) {
    FAIL() << "told as could not decide";
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(test::integrity_errors(database()).empty());
}

TEST_P(DatabaseConformance, concurrent_increments_lose_nothing) {
  insert("counter", 0);
  test::run_together(400, [this](std::size_t) -> awaitable<void> {
    co_await database().write([](Transaction& t) {
      const auto value = value_in(t, "counter");
      t.execute("UPDATE item SET value = $2 WHERE name = $1", {"counter", value + 1});
    });
  });
  EXPECT_EQ(value_of("counter"), 400);
}

// What one transaction read the other changed, and the other way round: one after another both could not have been
// allowed. Under a mere snapshot both would be (write skew).
TEST_P(DatabaseConformance, of_two_writes_that_each_rest_on_what_the_other_changes_one_sees_the_other) {
  for (int round = 0; round < 20; ++round) {
    const auto a = "a" + std::to_string(round);
    const auto b = "b" + std::to_string(round);
    insert(a, 1);
    insert(b, 1);
    const auto take_unless_last = [](Transaction& t, const std::string& mine, const std::string& other) {
      if (value_in(t, other) == 1) t.execute("UPDATE item SET value = 0 WHERE name = $1", {mine});
    };
    const auto thrown = write_together(
        {[&](Transaction& t) { take_unless_last(t, a, b); }, [&](Transaction& t) { take_unless_last(t, b, a); }});
    EXPECT_FALSE(thrown[0] || thrown[1]);
    EXPECT_EQ(value_of(a) + value_of(b), 1) << "one is left, always";
  }
}

TEST_P(DatabaseConformance, a_conditional_update_has_one_winner) {
  insert("invitation", 1);
  std::atomic<int> winners{0};
  test::run_together(100, [&](std::size_t) -> awaitable<void> {
    const auto rows = co_await database().write([](Transaction& t) {
      return t.execute("UPDATE item SET value = 0 WHERE name = $1 AND value = 1", {"invitation"});
    });
    winners += static_cast<int>(rows);
  });
  EXPECT_EQ(winners, 1);
}

TEST_P(DatabaseConformance, a_read_never_sees_half_of_a_write) {
  insert("left", 0);
  insert("right", 0);
  std::atomic<int> torn{0};
  test::run_together(200, [&](std::size_t i) -> awaitable<void> {
    if (i % 2 == 0) {
      co_await database().write([](Transaction& t) {
        t.execute("UPDATE item SET value = value + 1 WHERE name = 'left'");
        t.execute("UPDATE item SET value = value + 1 WHERE name = 'right'");
      });
    } else {
      const bool equal =
          co_await database().read([](Transaction& t) { return value_in(t, "left") == value_in(t, "right"); });
      if (!equal) ++torn;
    }
  });
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(value_of("left"), 100);
}

TEST_P(DatabaseConformance, a_read_sees_every_write_that_was_answered_before_it) {
  test::run_on_loop([](db::Database& d) -> awaitable<void> {
    for (int i = 0; i < 20; ++i) {
      const auto name = std::to_string(i);
      co_await d.write([&](Transaction& t) { put(t, name, i); });
      const auto seen = co_await d.read([&](Transaction& t) { return value_in(t, name); });
      EXPECT_EQ(seen, i);
    }
  }(database()));
}

TEST_P(DatabaseConformance, a_stale_read_reads) {
  insert("seen", 5);
  const auto read = [this]() -> awaitable<std::int64_t> {
    co_return co_await database().read_stale([](Transaction& t) { return value_in(t, "seen"); });
  };
  EXPECT_EQ(test::run_on_loop(read()), 5) << "without a replica it is a read";
}

TEST_P(DatabaseConformance, a_read_that_writes_is_refused) {
  EXPECT_THROW(database().read_blocking([](Transaction& t) { put(t, "sneaked", 1); }), std::logic_error);
  EXPECT_EQ(value_of("sneaked"), -1);
}

TEST_P(DatabaseConformance, what_a_read_throws_reaches_its_caller_and_the_next_read_works) {
  const auto failing = [this]() -> awaitable<int> {
    co_return co_await database().read([](Transaction&) -> int { throw std::domain_error("no"); });
  };
  EXPECT_THROW(test::run_on_loop(failing()), std::domain_error);
  EXPECT_THROW(database().read_blocking([](Transaction& t) { t.query("SELECT nonsense", {}, [](const Row&) {}); }),
               std::runtime_error);
  EXPECT_EQ(value_of("missing"), -1);
}

TEST_P(DatabaseConformance, values_come_back_as_they_went) {
  database().write_blocking([this](Transaction& t) {
    t.execute_script(std::string("CREATE TABLE kept (id BIGINT PRIMARY KEY, words TEXT, number BIGINT, bytes ") +
                     test_database().bytes_type() + ")");
    const std::string bytes("\0\xff\x01\0", 4);
    t.execute("INSERT INTO kept (id, words, bytes, number) VALUES ($1, $2, $3, $4)",
              {1, "Łódź'; DROP TABLE kept; --", db::Blob{bytes}, std::numeric_limits<std::int64_t>::min()});
    t.execute("INSERT INTO kept (id, words, bytes, number) VALUES ($1, $2, $3, $4)",
              {2, std::string_view(), db::Blob{}, nullptr});
  });
  std::size_t rows = 0;
  database().read_blocking([&](Transaction& t) {
    t.query("SELECT words, bytes, number FROM kept ORDER BY id", {}, [&](const Row& row) {
      const bool first = rows++ == 0;
      EXPECT_EQ(row.text(0), first ? "Łódź'; DROP TABLE kept; --" : "");
      EXPECT_EQ(row.blob(1), first ? std::string("\0\xff\x01\0", 4) : "");
      EXPECT_FALSE(row.is_null(1)) << "empty is not NULL";
      EXPECT_EQ(row.optional_integer(2).has_value(), first);
      if (first) {
        EXPECT_EQ(row.integer(2), std::numeric_limits<std::int64_t>::min());
      }
    });
  });
  EXPECT_EQ(rows, 2U);
}

TEST_P(DatabaseConformance, parameters_go_by_their_number_not_by_their_place) {
  const auto text = database().read_blocking([](Transaction& t) {
    return t.query_one("SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT)", {"one", "two"},
                       [](const Row& row) { return row.text(0); });
  });
  EXPECT_EQ(text, "twoonetwo");
}

TEST_P(DatabaseConformance, a_query_may_run_inside_itself) {
  insert("a", 1);
  insert("b", 2);
  std::string seen;
  const std::string_view all = "SELECT name FROM item ORDER BY name";
  database().read_blocking([&](Transaction& t) {
    t.query(all, {}, [&](const Row& outer) {
      t.query(all, {}, [&](const Row& inner) { seen += outer.text(0) + inner.text(0) + " "; });
    });
  });
  EXPECT_EQ(seen, "aa ab ba bb ");
}

TEST_P(DatabaseConformance, execute_counts_the_rows_it_changed) {
  database().write_blocking([](Transaction& t) {
    put(t, "a", 1);
    put(t, "b", 1);
    EXPECT_EQ(t.execute("UPDATE item SET value = 2"), 2);
    EXPECT_EQ(t.execute("UPDATE item SET value = 3 WHERE name = 'none'"), 0);
    EXPECT_EQ(t.execute("CREATE TABLE another (id BIGINT)"), 0) << "not the count of the statement before";
  });
}

TEST_P(DatabaseConformance, an_answered_write_is_there_after_a_restart) {
  insert("kept", 7);
  if (!test_database().is_durable()) {
    EXPECT_THROW(test_database().reopen(), std::logic_error);
    return;
  }
  test_database().reopen();
  EXPECT_EQ(value_of("kept"), 7);
  EXPECT_TRUE(test::integrity_errors(database()).empty());
}

}  // namespace
}  // namespace gatehouse
