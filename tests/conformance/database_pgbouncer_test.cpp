// PgBouncer between the program and the server: either goes away.
#include <gtest/gtest.h>

#include "tests/conformance/postgres_fixture.hpp"
#include "tests/support/pgbouncer.hpp"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using test::Postgres;

TEST_F(Postgres, F02_pgbouncer_gone_is_unavailable_and_over_when_it_is_back) {
  test::PgBouncer bouncer(server());
  auto with = options(bouncer.url(name_));
  with.prepared_statements = false;
  auto& database = open(std::move(with));
  EXPECT_EQ(write(database, 1), "done");
  bouncer.kill();
  EXPECT_EQ(write(database, 2), "storage_unreachable");
  bouncer.start();
  EXPECT_TRUE(comes_back(database, 3));
  EXPECT_EQ(count(database), 2);
}

TEST_F(Postgres, behind_pgbouncer_a_server_that_was_killed_is_unavailable_and_over_after_its_restart) {
  test::PgBouncer bouncer(server());
  auto with = options(bouncer.url(name_));
  with.prepared_statements = false;
  with.statement_timeout = 1s;
  auto& database = open(std::move(with));
  EXPECT_EQ(write(database, 1), "done");
  server().kill();
  EXPECT_TRUE(outcome([&] { (void)count(database); }).starts_with("storage_"));
  server().start();
  EXPECT_TRUE(comes_back(database, 3));
}

}  // namespace
}  // namespace gatehouse
