#include "platform/audit/log.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "platform/audit/event_types.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::audit {
namespace {

class AuditLogConformance : public test::OnEveryDatabase {
 protected:
  void record(const Event& event) {
    database().write_blocking([&](db::Transaction& tx) { log_.record(tx, event); });
  }
  std::int64_t count() {
    return *database().read_blocking([](db::Transaction& tx) {
      return tx.query_one("SELECT count(*) FROM audit_event", {}, [](const db::Row& row) { return row.integer(0); });
    });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  Log log_{clock_};
};
GATEHOUSE_ON_EVERY_DATABASE(AuditLogConformance);

TEST_P(AuditLogConformance, an_event_is_stored_as_it_was_recorded) {
  const auto actor = base::Uuid::v7(clock_, random_);
  const auto subject = base::Uuid::v7(clock_, random_);
  record({.type = type::kRolesSet, .actor = actor, .subject = subject, .fields = {{"roles", "admin user"}}});
  database().read_blocking([&](db::Transaction& tx) {
    tx.query("SELECT at, actor, subject, type, fields FROM audit_event", {}, [&](const db::Row& row) {
      EXPECT_EQ(row.integer(0), base::to_unix_ms(clock_.now()));
      EXPECT_EQ(row.blob(1), actor.bytes());
      EXPECT_EQ(row.blob(2), subject.bytes());
      EXPECT_EQ(row.text(3), "account.roles_set");
      EXPECT_EQ(row.text(4), R"({"roles":"admin user"})");
    });
  });
  EXPECT_EQ(count(), 1);
}

TEST_P(AuditLogConformance, nobody_and_nothing_are_no_id) {
  record({.type = type::kKeyRotated});
  database().read_blocking([](db::Transaction& tx) {
    tx.query("SELECT actor, subject FROM audit_event", {}, [](const db::Row& row) {
      EXPECT_TRUE(row.is_null(0));
      EXPECT_TRUE(row.is_null(1));
    });
  });
  EXPECT_EQ(count(), 1);
}

TEST_P(AuditLogConformance, there_is_no_event_without_its_cause) {
  EXPECT_THROW(database().write_blocking([&](db::Transaction& tx) {
    log_.record(tx, {.type = type::kKeyRotated});
    throw std::runtime_error("the cause fails");
  }),
               std::runtime_error);
  EXPECT_EQ(count(), 0);
}

TEST_P(AuditLogConformance, L04_the_database_refuses_to_change_or_remove_an_event) {
  record({.type = type::kKeyRotated});
  for (const char* sql : {"UPDATE audit_event SET type = 'nothing'", "DELETE FROM audit_event"}) {
    EXPECT_ANY_THROW(database().write_blocking([&](db::Transaction& tx) { tx.execute(sql); })) << sql;
  }
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace gatehouse::audit
