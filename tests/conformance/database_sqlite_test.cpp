// What only a SQLite file can show: other processes, full disks, kill -9.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/unavailable.hpp"
#include "platform/db/sqlite_database.hpp"
#include "tests/conformance/hold_writer.hpp"
#include "tests/support/integrity.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse {
namespace {

using boost::asio::awaitable;
using db::Row;
using db::Transaction;

class SqliteFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (directory_.path() / "gatehouse.db").string(); }
  [[nodiscard]] std::unique_ptr<db::Database> open() const { return db::open_sqlite({.path = path()}); }
  [[nodiscard]] std::unique_ptr<db::Database> open_with_table() const {
    auto database = open();
    database->write_blocking([](Transaction& t) {
      t.execute("CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, value BIGINT, filler BLOB)");
    });
    return database;
  }
  static std::int64_t count(db::Database& database) {
    return *database.read_blocking([](Transaction& t) {
      return t.query_one("SELECT count(*) FROM item", {}, [](const Row& row) { return row.integer(0); });
    });
  }
  static void put(Transaction& t, std::int64_t id, std::int64_t value) {
    t.execute("INSERT INTO item (id, value) VALUES ($1, $2)", {id, value});
  }
  static std::string reason_of(const std::exception_ptr& thrown) {
    if (!thrown) return "nothing thrown";
    try {
      std::rethrow_exception(thrown);
    } catch (const base::Unavailable& unavailable) {
      return unavailable.what();
    } catch (const std::exception& other) {
      return std::string("not Unavailable: ") + other.what();
    }
  }
  template <class F>
  static std::string reason_of_write(db::Database& database, F write) {
    try {
      database.write_blocking(write);
    } catch (...) {
      return reason_of(std::current_exception());
    }
    return "nothing thrown";
  }

  test::TempDir directory_;
};

TEST_F(SqliteFile, writes_that_wait_share_a_commit_and_one_that_throws_is_undone_alone) {
  const auto database = open_with_table();
  std::vector<std::exception_ptr> thrown(4);
  std::vector<std::thread> threads;
  const auto before = database->stats().commits;
  {
    test::HoldWriter hold(*database);
    for (std::size_t i = 0; i < thrown.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          database->write_blocking([i](Transaction& t) {
            put(t, i == 3 ? 0 : static_cast<std::int64_t>(i), 1);  // the last is refused: 0 is taken by then
            if (i == 1) throw std::domain_error("changed my mind");
          });
        } catch (...) {
          thrown[i] = std::current_exception();
        }
      });
      hold.wait_for_queue(i + 1);
    }
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(database->stats().commits, before + 2) << "the holder's commit, and one for the four";
  EXPECT_FALSE(thrown[0]);
  EXPECT_THROW(std::rethrow_exception(thrown[1]), std::domain_error);
  EXPECT_FALSE(thrown[2]);
  EXPECT_THROW(std::rethrow_exception(thrown[3]), db::UniqueViolation);
  EXPECT_EQ(count(*database), 2);
}

TEST_F(SqliteFile, a_read_keeps_its_snapshot_while_others_commit) {
  const auto database = open_with_table();
  database->read_blocking([&](Transaction& t) {
    const auto count_now = [&] {
      return *t.query_one("SELECT count(*) FROM item", {}, [](const Row& row) { return row.integer(0); });
    };
    EXPECT_EQ(count_now(), 0);
    std::thread([&] { database->write_blocking([](Transaction& w) { put(w, 1, 1); }); }).join();
    EXPECT_EQ(count_now(), 0);
  });
  EXPECT_EQ(count(*database), 1);
}

TEST_F(SqliteFile, two_processes_that_write_at_once_lose_nothing) {
  open_with_table()->write_blocking([](Transaction& t) { put(t, 1, 0); });
  const auto increment = [this] {
    const auto database = open();
    for (int i = 0; i < 100; ++i) {
      database->write_blocking([](Transaction& t) {
        const auto value = *t.query_one("SELECT value FROM item", {}, [](const Row& row) { return row.integer(0); });
        t.execute("UPDATE item SET value = $1", {value + 1});
      });
    }
  };
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      increment();
      ::_exit(0);
    } catch (...) {
      ::_exit(1);
    }
  }
  increment();
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  const auto value = open()->read_blocking([](Transaction& t) {
    return t.query_one("SELECT value FROM item", {}, [](const Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(value, 200);
}

TEST_F(SqliteFile, a_lock_held_too_long_by_another_process_is_unavailable_never_a_no) {
  const auto other = open_with_table();
  const auto database = db::open_sqlite({.path = path(), .busy_timeout = std::chrono::milliseconds(1)});
  {
    const test::HoldWriter hold(*other);
    EXPECT_EQ(reason_of_write(*database, [](Transaction& t) { put(t, 1, 1); }), "storage_busy");
    EXPECT_EQ(count(*database), 0) << "reads go on";
  }
  EXPECT_EQ(reason_of_write(*database, [](Transaction& t) { put(t, 1, 1); }), "nothing thrown");
}

TEST_F(SqliteFile, a_failed_commit_fails_the_whole_group_and_the_next_write_works) {
  const auto database = open_with_table();
  database->write_blocking([](Transaction& t) { t.execute("CREATE TABLE part (item INTEGER REFERENCES item (id))"); });
  std::vector<std::string> reasons(3);
  std::vector<std::thread> threads;
  {
    test::HoldWriter hold(*database);
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        reasons[static_cast<std::size_t>(i)] = reason_of_write(*database, [i](Transaction& t) {
          put(t, i, i);
          if (i != 1) return;
          t.execute("PRAGMA defer_foreign_keys = ON");  // so that it is COMMIT that fails
          t.execute("INSERT INTO part (item) VALUES (99)");
        });
      });
      hold.wait_for_queue(threads.size());
    }
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(reasons, std::vector<std::string>(3, "storage_commit_failed"));
  EXPECT_EQ(count(*database), 0);
  EXPECT_EQ(reason_of_write(*database, [](Transaction& t) { put(t, 1, 1); }), "nothing thrown");
  EXPECT_EQ(count(*database), 1);
}

TEST_F(SqliteFile, a_full_disk_fails_who_needs_the_space_alone_and_is_over_when_there_is_space) {
  const auto database = open_with_table();
  database->write_blocking([](Transaction& t) { t.query("PRAGMA max_page_count = 16", {}, [](const Row&) {}); });
  const std::string big(1'000'000, 'x');
  const auto write_big = [&](Transaction& t) {
    t.execute("INSERT INTO item (id, value, filler) VALUES ($1, $2, $3)", {100, 1, db::Blob{big}});
  };
  std::vector<std::string> reasons(3);
  std::vector<std::thread> threads;
  {
    test::HoldWriter hold(*database);
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        reasons[static_cast<std::size_t>(i)] = reason_of_write(*database, [&](Transaction& t) {
          put(t, i, i);
          if (i == 1) write_big(t);
        });
      });
      hold.wait_for_queue(threads.size());
    }
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(reasons, (std::vector<std::string>{"nothing thrown", "storage_full", "nothing thrown"}));
  EXPECT_EQ(count(*database), 2);
  database->write_blocking([](Transaction& t) { t.query("PRAGMA max_page_count = 100000", {}, [](const Row&) {}); });
  EXPECT_EQ(reason_of_write(*database, write_big), "nothing thrown");
  EXPECT_TRUE(test::integrity_errors(*database).empty());
}

TEST_F(SqliteFile, a_full_write_queue_refuses_at_once_and_loses_nothing_it_took) {
  const auto database = db::open_sqlite({.path = path(), .write_queue_limit = 2});
  database->write_blocking(
      [](Transaction& t) { t.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, value BIGINT)"); });
  std::vector<std::thread> threads;
  {
    test::HoldWriter hold(*database);
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] { database->write_blocking([i](Transaction& t) { put(t, i, i); }); });
    }
    hold.wait_for_queue(2);
    EXPECT_EQ(reason_of_write(*database, [](Transaction& t) { put(t, 9, 9); }), "storage_queue_full");
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count(*database), 2);
  EXPECT_EQ(database->stats().writer.refused, 1U);
}

TEST_F(SqliteFile, closing_finishes_the_writes_that_wait) {
  (void)open_with_table();
  auto database = db::open_sqlite({.path = path(), .group_limit = 1});  // so that closing meets a long queue
  boost::asio::io_context loop;
  int answered = 0;
  const auto write = [&](std::int64_t id) -> awaitable<void> {
    co_await database->write([id](Transaction& t) { put(t, id, id); });
    ++answered;
  };
  for (int i = 0; i < 300; ++i) {
    boost::asio::co_spawn(loop, write(i), [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
  }
  loop.poll();
  database.reset();
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal")) << "closed for good: all of the log is in the file";
  loop.run();
  EXPECT_EQ(answered, 300);
  EXPECT_EQ(count(*open()), 300);
}

TEST_F(SqliteFile, the_log_starts_again_while_writes_go_on) {
  const auto database = open_with_table();
  const std::string megabyte(1'000'000, 'x');
  std::uintmax_t longest = 0;
  for (std::int64_t i = 0; i < 1000; ++i) {
    database->write_blocking([&](Transaction& t) {
      t.execute("INSERT OR REPLACE INTO item (id, value, filler) VALUES ($1, 1, $2)", {i % 8, db::Blob{megabyte}});
    });
    const auto now = std::filesystem::file_size(path() + "-wal");
    if (now < longest) return;  // cut back to its limit: that happens when it starts again, only
    longest = now;
  }
  FAIL() << "the log has grown to " << longest << " bytes";
}

TEST_F(SqliteFile, nobody_else_may_read_the_files) {
  const auto database = open_with_table();
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << entry.path();
  }
}

TEST_F(SqliteFile, says_which_file_cannot_be_opened_and_why) {
  const auto message = [](const std::string& file) -> std::string {
    try {
      (void)db::open_sqlite({.path = file});
      return "opened";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  const auto missing = (directory_.path() / "no" / "folder" / "x.db").string();
  EXPECT_EQ(message(missing), "cannot open the database " + missing + ": No such file or directory");
  std::ofstream(path()) << "this is no database, but a text that is long enough to look at: " << std::string(4096, '.');
  EXPECT_EQ(message(path()), "cannot open the database " + path() + ": storage_corrupt");
}

// The child writes from several coroutines at once and says over the pipe, each time, which write was answered.
[[noreturn]] void write_and_tell(const std::string& path, int pipe, int round) {
  const auto database = db::open_sqlite({.path = path});
  test::run_together(32, [&](std::size_t lane) -> awaitable<void> {
    for (std::int64_t i = 0;; ++i) {
      const std::int64_t id = round * 1'000'000 + static_cast<std::int64_t>(lane) + 32 * i;
      const std::int64_t size = round % 2 == 0 ? 500 : 40'000;  // the odd rounds fill the log until it is moved
      co_await database->write([id, size](Transaction& t) {
        t.execute("INSERT INTO item (id, value, filler) VALUES ($1, $2, randomblob($3))", {id, id * 3, size});
      });
      if (::write(pipe, &id, sizeof id) != sizeof id) ::_exit(1);
    }
  });
  ::_exit(1);
}

// Lets a child write until `enough` writes were answered, kills it, and returns every answered id.
std::set<std::int64_t> killed_while_writing(const std::string& path, int round, std::size_t enough) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) write_and_tell(path, ends[1], round);
  ::close(ends[1]);
  std::set<std::int64_t> answered;
  std::int64_t id = 0;
  while (::read(ends[0], &id, sizeof id) == sizeof id) {
    answered.insert(id);
    if (answered.size() == enough) ::kill(child, SIGKILL);  // then reads what was still in the pipe
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return answered;
}

TEST_F(SqliteFile, F05_kill_9_while_writing_loses_no_answered_write_and_the_database_is_whole) {
  (void)open_with_table();
  std::set<std::int64_t> answered;
  for (int round = 0; round < 8; ++round) {
    // Uneven, so that the kill meets the writer in other places: filling a group, at the disk, moving the log.
    const auto now = killed_while_writing(path(), round, 150 + 97 * static_cast<std::size_t>(round));
    ASSERT_GE(now.size(), 150U);
    answered.insert(now.begin(), now.end());
    const auto database = open();
    EXPECT_TRUE(test::integrity_errors(*database).empty());
    std::set<std::int64_t> found;
    database->read_blocking([&](Transaction& t) {
      t.query("SELECT id, value FROM item", {}, [&](const Row& row) {
        EXPECT_EQ(row.integer(1), row.integer(0) * 3);
        found.insert(row.integer(0));
      });
    });
    for (const auto id : answered) ASSERT_TRUE(found.contains(id)) << "answered and lost: " << id;
  }
}

}  // namespace
}  // namespace gatehouse
