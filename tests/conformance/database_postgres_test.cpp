// What only a PostgreSQL server can show: it dies, freezes, restarts, stops writing.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "tests/conformance/postgres_fixture.hpp"
#include "tests/support/pgbouncer.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using db::PostgresOptions;
using db::Row;
using db::Transaction;
using test::Postgres;
using test::PostgresServer;
using test::wait_until;

TEST_F(Postgres, of_two_nodes_that_would_sweep_one_does_and_the_other_does_not_wait) {
  open();
  const auto other = db::open_postgres(options());
  const auto lock = [](Transaction& t) { return t.try_lock("sweep"); };
  database_->write_blocking([&](Transaction& mine) {
    EXPECT_TRUE(lock(mine));
    EXPECT_FALSE(other->write_blocking(lock));
    EXPECT_TRUE(other->write_blocking([](Transaction& t) { return t.try_lock("another name"); }));
    return true;
  });
  EXPECT_TRUE(other->write_blocking(lock));
}

TEST_F(Postgres, F02_killed_in_a_transaction_is_unavailable_with_nothing_done_and_over_after_its_restart) {
  auto& database = open();
  const auto killed = outcome([&] {
    database.write_blocking([](Transaction& t) {
      put(t, 1);
      server().kill();
      put(t, 2);
    });
  });
  EXPECT_EQ(killed, "storage_unreachable");
  std::string last;
  EXPECT_TRUE(wait_until([&] { return (last = write(database, 3)) == "storage_away"; }))
      << last << ": not known to be away";
  server().start();
  EXPECT_TRUE(comes_back(database, 4));
  EXPECT_EQ(count(database), 1);
}

TEST_F(Postgres, F02_frozen_is_unavailable_and_over_when_it_thaws) {
  auto with = options();
  with.statement_timeout = 1s;
  with.connect_timeout = 1s;
  auto& database = open(std::move(with));
  EXPECT_EQ(write(database, 1), "done");
  server().freeze();
  EXPECT_EQ(write(database, 2), "storage_timeout");
  std::string last;
  EXPECT_TRUE(wait_until([&] { return (last = write(database, 3)) == "storage_away"; }))
      << last << ": not known to be away";
  server().thaw();
  EXPECT_TRUE(comes_back(database, 4));
  // What was on its way when it froze must not have been done by halves.
  EXPECT_EQ(count(database), 2);
}

TEST_F(Postgres, a_restart_between_two_transactions_goes_unnoticed) {
  auto& database = open();
  EXPECT_EQ(write(database, 1), "done");
  EXPECT_EQ(count(database), 1);
  server().stop();
  server().start();
  EXPECT_EQ(write(database, 2), "done");
  EXPECT_EQ(count(database), 2);
}

TEST_F(Postgres, a_connection_that_the_server_ends_between_two_statements_runs_the_transaction_again) {
  auto& database = open();
  int runs = 0;
  database.write_blocking([&](Transaction& t) {
    put(t, 1);
    if (++runs == 1) {
      server().run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name_ +
                       "' AND pid <> pg_backend_pid()",
                   name_);
    }
    put(t, 2);
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(database), 2);
}

TEST_F(Postgres, lost_while_it_commits_is_told_as_unknown_and_never_run_again) {
  server().run(
      "CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';"
      "CREATE CONSTRAINT TRIGGER fall AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
      "WHEN (NEW.value = 7) EXECUTE FUNCTION fall()",
      name_);
  auto& database = open();
  int runs = 0;
  const auto lost = outcome([&] {
    database.write_blocking([&](Transaction& t) {
      ++runs;
      put(t, 1, 7);
    });
  });
  EXPECT_EQ(lost, "storage_outcome_unknown");
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(write(database, 2), "done");
}

TEST_F(Postgres, F02_errors_of_the_server_are_could_not_decide_never_a_no) {
  server().run(
      "CREATE FUNCTION fail(state text) RETURNS bigint LANGUAGE plpgsql AS "
      "'BEGIN RAISE EXCEPTION ''of row 4711'' USING ERRCODE = state; END'",
      name_);
  const std::vector<std::pair<const char*, const char*>> cases{
      {"53100", "storage_full"},     {"53200", "storage_out_of_memory"},
      {"57014", "storage_timeout"},  {"55P03", "storage_busy"},
      {"58030", "storage_io"},       {"XX001", "storage_corrupt"},
      {"57P01", "storage_stopping"}, {"25006", "storage_read_only"},
      {"40001", "storage_conflict"}};
  for (const auto& [state, reason] : cases) {
    auto& database = open();  // a new one: some of these make it think that the server is away
    const auto failed = outcome([&, sqlstate = state] {
      database.write_blocking([&](Transaction& t) {
        put(t, 1);
        t.query("SELECT fail($1)", {sqlstate}, [](const Row&) {});
      });
    });
    EXPECT_EQ(failed, reason) << state;
  }
  auto& database = open();
  EXPECT_EQ(count(database), 0);
  const auto defect = outcome(
      [&] { database.read_blocking([](Transaction& t) { t.query("SELECT fail('22P02')", {}, [](const Row&) {}); }); });
  EXPECT_EQ(defect, "not Unavailable: postgres: 22P02") << "and the server's words, which may hold a value, stay out";
}

// A file system of 16 MiB where the test may make one (root), a limit to the size of files else: then the server can't
// tell that it is the space that is missing.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& folder) : folder_(folder.string()) {
    std::filesystem::create_directory(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=16m,mode=0700") == 0;
    test::give_to_server_user(folder_);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] const char* reason() const { return mounted_ ? "storage_full" : "storage_internal_error"; }
  void fill_up_to_16_mib(PostgresServer& server) const {
    if (!mounted_) server.limit_file_size(16 << 20);
  }
  void make_space(PostgresServer& server) const {
    if (mounted_) {
      EXPECT_EQ(::mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
    } else {
      server.limit_file_size(RLIM_INFINITY);
    }
  }

 private:
  const std::string folder_;
  bool mounted_ = false;
};

TEST_F(Postgres, F02_a_full_disk_fails_what_needs_the_space_and_is_over_when_there_is_space) {
  const test::TempDir folder;
  test::give_to_server_user(folder.path());
  const SmallDisk disk(folder.path() / "disk");
  server().run("CREATE TABLESPACE small LOCATION '" + (folder.path() / "disk").string() + "'", name_);
  server().run("CREATE TABLE parcel (id BIGINT, content BYTEA) TABLESPACE small", name_);
  server().run("ALTER TABLE parcel ALTER content SET STORAGE EXTERNAL", name_);
  disk.fill_up_to_16_mib(server());
  auto& database = open();
  const std::string megabyte(1'000'000, 'x');
  const auto store = [&](std::int64_t id) {
    return outcome([&] {
      database.write_blocking([&](Transaction& t) {
        put(t, id);
        t.execute("INSERT INTO parcel (id, content) VALUES ($1, $2)", {id, db::Blob{megabyte}});
      });
    });
  };
  std::int64_t stored = 0;
  std::string last = "done";
  for (; stored < 64 && last == "done"; ++stored) last = store(stored);
  EXPECT_EQ(last, disk.reason());
  EXPECT_EQ(count(database), stored - 1) << "reads go on, and of the one that failed nothing is there";
  EXPECT_EQ(write(database, 1000), "done") << "what needs no space of that disk, too";
  disk.make_space(server());
  EXPECT_EQ(store(2000), "done");
  database_.reset();
  server().run("DROP TABLE parcel", name_);
  server().run("DROP TABLESPACE small", name_);
}

TEST_F(Postgres, a_statement_that_takes_too_long_is_ended_by_the_server) {
  test::PgBouncer bouncer(server());
  for (const bool prepared : {true, false}) {
    auto with = options(prepared ? server().url(name_) : bouncer.url(name_));
    with.prepared_statements = prepared;
    with.statement_timeout = 500ms;
    auto& database = open(std::move(with));
    const auto slow = outcome([&] {
      database.read_blocking([](Transaction& t) { t.query("SELECT pg_sleep(600)", {}, [](const Row&) {}); });
    });
    EXPECT_EQ(slow, "storage_timeout") << prepared;
    EXPECT_EQ(count(database), 0) << "the same connection goes on";
    EXPECT_EQ(trouble(), "") << "it was the server that ended it";
  }
}

TEST_F(Postgres, a_node_that_sleeps_in_a_transaction_loses_it) {
  auto with = options();
  with.statement_timeout = 500ms;  // and twice that between statements
  auto& database = open(std::move(with));
  const auto slept = outcome([&] {
    database.write_blocking([&](Transaction& t) {
      put(t, 1);
      EXPECT_TRUE(wait_until([&] {
        return server().run("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + name_ +
                            "' AND state LIKE 'idle in transaction%'") == "0";
      }));
      put(t, 2);
    });
  });
  EXPECT_EQ(slept, "storage_timeout");
  EXPECT_EQ(count(database), 0);
}

TEST_F(Postgres, beyond_the_connections_a_role_may_have_is_unavailable_until_one_is_free) {
  server().run("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1; GRANT ALL ON item TO narrow", name_);
  {
    auto& database = open(options("postgresql://narrow@" + server().host_and_port() + "/" + name_));
    database.write_blocking([&](Transaction& t) {
      put(t, 1);
      std::thread([&] { EXPECT_EQ(write(database, 2), "storage_unreachable"); }).join();
    });
    EXPECT_NE(trouble().find("too many connections for role \"narrow\""), std::string::npos) << trouble();
    EXPECT_EQ(write(database, 3), "done");
    database_.reset();
  }
  server().run("DROP OWNED BY narrow; DROP ROLE narrow", name_);
}

TEST_F(Postgres, a_plan_that_a_migration_made_stale_goes_unnoticed) {
  auto& database = open();
  const auto columns = [&] {
    int seen = 0;
    database.read_blocking([&](Transaction& t) {
      t.query("SELECT i.* FROM item i", {}, [&](const Row& row) {
        seen = 2;
        if (!row.is_null(1)) seen = 3;
      });
    });
    return seen;
  };
  EXPECT_EQ(write(database, 1), "done");
  EXPECT_EQ(columns(), 3);
  server().run("ALTER TABLE item ADD COLUMN more TEXT NOT NULL DEFAULT 'x'", name_);
  EXPECT_EQ(columns(), 3);
}

TEST_F(Postgres, more_texts_than_are_kept_prepared_still_run) {
  auto& database = open();
  database.read_blocking([](Transaction& t) {
    for (std::int64_t i = 0; i < 300; ++i) {
      const std::string sql = "SELECT $1 + " + std::to_string(i);
      EXPECT_EQ(t.query_one(sql, {1}, [](const Row& row) { return row.integer(0); }), i + 1);
    }
  });
}

TEST_F(Postgres, many_nodes_that_count_up_one_row_lose_nothing) {
  std::vector<std::unique_ptr<db::Database>> nodes;
  for (int i = 0; i < 2; ++i) nodes.push_back(db::open_postgres(options()));
  nodes[0]->write_blocking([](Transaction& t) { put(t, 1, 0); });
  test::run_together(200, [&](std::size_t i) -> awaitable<void> {
    co_await nodes[i % 2]->write([](Transaction& t) {
      const auto value =
          *t.query_one("SELECT value FROM item WHERE id = 1", {}, [](const Row& row) { return row.integer(0); });
      t.execute("UPDATE item SET value = $1 WHERE id = 1", {value + 1});
    });
  });
  const auto value = nodes[1]->read_blocking([](Transaction& t) {
    return t.query_one("SELECT value FROM item WHERE id = 1", {}, [](const Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(value, 200);
  EXPECT_GT(nodes[0]->stats().conflicts + nodes[1]->stats().conflicts, 0U);
}

TEST_F(Postgres, a_full_write_queue_refuses_and_a_flood_of_reads_does_not_fill_it) {
  auto with = options();
  with.connections = 2;  // one that writes and one that reads
  with.read_queue_limit = 2;
  auto& database = open(std::move(with));
  constexpr std::size_t kReads = 8;
  std::atomic<int> refused{0};
  std::atomic<bool> written{false};
  test::run_together(kReads + 1, [&](std::size_t i) -> awaitable<void> {
    try {
      if (i == kReads) {
        co_await database.write([](Transaction& t) { put(t, 1); });
        written = true;
      } else {
        // Holds its connection until the write has been answered and no more reads can come.
        const auto arrived = [&] {
          const auto reads = database.stats().readers;
          return reads.done + reads.busy + reads.depth + reads.refused == kReads;
        };
        co_await database.read([&](Transaction& t) {
          EXPECT_TRUE(wait_until([&] { return written && arrived(); }));
          return count_in(t);
        });
      }
    } catch (const base::Unavailable& unavailable) {
      EXPECT_STREQ(unavailable.what(), "storage_queue_full");
      ++refused;
    }
  });
  EXPECT_TRUE(written);
  EXPECT_GE(refused, static_cast<int>(kReads) - 3) << "one runs, two wait";
}

TEST_F(Postgres, nodes_that_start_at_once_apply_each_migration_once) {
  std::atomic<std::size_t> applied{0};
  std::vector<std::thread> starting;
  for (int i = 0; i < 4; ++i) {
    starting.emplace_back([&] {
      const auto node = db::open_postgres(options());
      applied += db::migrate(*node, base::FakeClock()).applied.size();
    });
  }
  for (auto& node : starting) node.join();
  EXPECT_EQ(applied, db::postgres_migrations().size());
  EXPECT_TRUE(db::pending_migrations(open()).empty());
}

TEST_F(Postgres, a_migration_may_take_longer_than_a_statement_may) {
  auto with = options();
  with.statement_timeout = 500ms;
  auto& database = open(std::move(with));
  const std::vector<db::Migration> slow{{1, "slow", "aa", "SELECT pg_sleep(1.2); CREATE TABLE made (id BIGINT);"}};
  EXPECT_EQ(db::migrate(database, base::FakeClock(), slow).version, 1);
}

TEST_F(Postgres, two_databases_have_migrations_of_the_same_numbers_and_names) {
  const auto sqlite = db::sqlite_migrations();
  const auto postgres = db::postgres_migrations();
  ASSERT_EQ(sqlite.size(), postgres.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    EXPECT_EQ(sqlite[i].number, postgres[i].number);
    EXPECT_EQ(sqlite[i].name, postgres[i].name);
  }
}

TEST_F(Postgres, no_password_in_what_is_told_of_a_url_or_a_connection) {
  for (const char* url :
       {"postgresql://u:hunter2@h/db?no=such", "host=h password=hunter2", "postgresql://u:hunter2@[::1/db"}) {
    const auto problem = db::problem_of_postgres_url(base::Secret(std::string_view(url)));
    ASSERT_TRUE(problem) << url;
    EXPECT_EQ(problem->find("hunter2"), std::string::npos);
    EXPECT_THROW((void)db::open_postgres({.url = base::Secret(std::string_view(url))}), std::runtime_error);
  }
  auto& database = open(options("postgresql://gatehouse:hunter2@127.0.0.1:1/" + name_));
  EXPECT_EQ(write(database, 1), "storage_unreachable");
  EXPECT_NE(trouble().find("Connection refused"), std::string::npos) << trouble();
  EXPECT_EQ(trouble().find("hunter2"), std::string::npos) << trouble();
}

}  // namespace
}  // namespace gatehouse
