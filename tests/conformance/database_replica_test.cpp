// A replica beside the primary: what may be old is read there, and it takes over.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "tests/conformance/postgres_fixture.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using db::Row;
using db::Transaction;
using test::PostgresServer;
using test::wait_until;

// A primary and a replica that follows it.
class PostgresPair : public test::Postgres {
 protected:
  PostgresPair() : standby_({.settings = {}, .standby_of = &server()}) {}
  [[nodiscard]] std::string both() const {
    return "postgresql://gatehouse@" + standby_.host_and_port() + "," + server().host_and_port() + "/" + name_;
  }
  static awaitable<bool> reads_from_replica(db::Database& database) {
    co_return co_await database.read_stale([](Transaction& t) {
      return t.query_one("SELECT pg_is_in_recovery()", {}, [](const Row& row) { return row.integer(0); }).value() != 0;
    });
  }

  PostgresServer standby_;
};

TEST_F(PostgresPair, writes_and_reads_find_the_primary_behind_the_replica) {
  auto& database = open(options(both()));
  EXPECT_EQ(write(database, 1), "done");
  EXPECT_EQ(count(database), 1);
}

TEST_F(PostgresPair, stale_reads_go_to_the_replica_and_to_the_primary_while_it_is_away) {
  auto with = options();
  with.replica_url = base::Secret(std::string_view(both()));
  auto& database = open(std::move(with));
  EXPECT_TRUE(test::run_on_loop(reads_from_replica(database)));
  EXPECT_EQ(write(database, 1), "done");
  const auto seen = [&]() -> awaitable<std::int64_t> { co_return co_await database.read_stale(count_in); };
  EXPECT_TRUE(wait_until([&] { return test::run_on_loop(seen()) == 1; })) << "it follows";
  standby_.kill();
  EXPECT_FALSE(test::run_on_loop(reads_from_replica(database)));
  standby_.start();
  EXPECT_TRUE(wait_until([&] { return test::run_on_loop(reads_from_replica(database)); }));
}

TEST_F(PostgresPair, stale_reads_are_answered_by_the_primary_while_the_replica_is_frozen) {
  auto with = options();
  with.statement_timeout = 1s;
  with.replica_url = base::Secret(std::string_view(standby_.url(name_)));
  auto& database = open(std::move(with));
  EXPECT_TRUE(test::run_on_loop(reads_from_replica(database)));
  standby_.freeze();
  EXPECT_FALSE(test::run_on_loop(reads_from_replica(database)));
  standby_.thaw();
}

TEST_F(PostgresPair, after_a_failover_writes_go_to_the_promoted_replica_and_nothing_acknowledged_is_lost) {
  // Synchronous: a commit is acknowledged when the replica has it, too.
  server().run("ALTER SYSTEM SET synchronous_standby_names = '*'");
  server().run("SELECT pg_reload_conf()");
  ASSERT_TRUE(wait_until(
      [] { return server().run("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"; }));
  auto& database = open(options(both()));
  std::int64_t acknowledged = 0;
  for (std::int64_t id = 1; id <= 50; ++id) acknowledged += write(database, id) == "done" ? 1 : 0;
  server().kill();
  EXPECT_NE(write(database, 100), "done");
  standby_.promote();
  EXPECT_TRUE(comes_back(database, 101));
  EXPECT_EQ(acknowledged, 50);
  EXPECT_EQ(count(database), 51);
  database_.reset();
  server().start();
  server().run("ALTER SYSTEM RESET synchronous_standby_names");
  server().run("SELECT pg_reload_conf()");
}

}  // namespace
}  // namespace gatehouse
