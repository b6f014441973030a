#include "app/audit_keeper.hpp"

#include <gtest/gtest.h>

#include <string>

#include "app/settings.hpp"
#include "identity/audit/log_verification.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::app {
namespace {

using namespace std::chrono_literals;

class AuditKeeperTest : public ::testing::Test {
 protected:
  AuditKeeperTest() { settings_.data.dir = folder_.path(); }

  std::int64_t count(const char* sql) {
    return *installation().database->read_blocking(
        [&](db::Transaction& tx) { return tx.query_one(sql, {}, [](const db::Row& row) { return row.integer(0); }); });
  }
  void report(base::TimePoint at, const char* id) {
    installation().database->write_blocking(
        [&](db::Transaction& tx) { audit::ErrorStore().insert(tx, {.error_id = id, .at = at}); });
  }
  // As a process that ran then has left it.
  void seal_long_ago(std::chrono::hours ago) {
    base::FakeClock then;
    then.advance(installation().clock.now() - ago - then.now());
    test::TempDir elsewhere;
    const audit::Log log(then);
    installation().database->write_blocking(
        [&](db::Transaction& tx) { log.record(tx, {.type = audit::type::kSignInFailed}); });
    identity::Sealer sealer({*installation().database, log, installation().audit_key, then},
                            identity::HeadFile(elsewhere.path() / "audit_head"));
    EXPECT_EQ(sealer.seal_once().sealed, 1U);
  }
  std::size_t findings() {
    return identity::verify_log(*installation().database, installation().audit_key.verification_key(), {},
                                installation().clock.now())
        .findings_total;
  }
  Installation& installation() {
    if (!installation_) installation_ = Installation::open(settings_, clock_, random_, log_.logger());
    return *installation_;
  }
  AuditKeeper& keeper() {
    if (!keeper_)
      keeper_ = std::make_unique<AuditKeeper>(installation(), std::vector{&denials_}, log_.logger(), metrics_);
    return *keeper_;
  }

  test::TempDir folder_;
  Settings settings_;
  base::ReferenceClock clock_;
  base::SystemRandom random_;
  telemetry::CollectedLog log_;
  telemetry::Metrics metrics_;
  identity::DenialBook denials_;
  std::unique_ptr<Installation> installation_;
  std::unique_ptr<AuditKeeper> keeper_;
};

TEST_F(AuditKeeperTest, the_sweep_removes_what_is_older_than_its_retention_and_the_log_still_verifies) {
  settings_.audit.retention = 24h;
  seal_long_ago(48h);
  seal_long_ago(36h);
  report(clock_.now() - PrivacySettings{}.keep_errors - 1h, "old");
  report(clock_.now(), "new");
  denials_.note(contract::AccountId(base::Uuid::random(random_)), "/v1/admin/audit", "audit:read");  // so that there is
  keeper().look();  // a newer batch: the newest stays
  keeper().sweep();
  EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE type = 'sign_in.failed'"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE type = 'audit.retained'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM error_report"), 1);
  keeper().look();
  EXPECT_EQ(findings(), 0U);
  EXPECT_FALSE(log_.contains("audit_history_lost"));
}

TEST_F(AuditKeeperTest, L04_the_sweep_takes_nothing_by_a_time_that_was_put_back_and_says_so) {
  settings_.audit.retention = 24h;
  seal_long_ago(2h);
  seal_long_ago(1h);
  installation().database->write_blocking([](db::Transaction& tx) {
    tx.execute_script("DROP TRIGGER audit_batch_is_never_changed; UPDATE audit_batch SET sealed_at = 0");
  });
  keeper().sweep();
  EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE type = 'sign_in.failed'"), 2);
  EXPECT_TRUE(log_.contains("audit_retention_refused"));
  EXPECT_NE(metrics_.render().find("gatehouse_audit_retention_refused_total 1"), std::string::npos);
  EXPECT_EQ(findings(), 2U);
}

TEST_F(AuditKeeperTest, keeps_all_of_it_where_no_retention_is_set) {
  settings_.audit.retention = 0s;
  seal_long_ago(24h * 5'000);
  keeper().look();
  keeper().sweep();
  EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE type = 'sign_in.failed'"), 1);
}

TEST_F(AuditKeeperTest, writes_what_requests_have_left_and_seals_it) {
  const telemetry::TraceContext trace = telemetry::TraceContext::from_header("");
  keeper().hear({trace, 503, "/v1/login", "unavailable", "storage_away"});
  denials_.note(contract::AccountId(base::Uuid::random(random_)), "/v1/admin/audit", "audit:read");
  keeper().look();
  EXPECT_EQ(count("SELECT count(*) FROM error_report"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE type = 'access.denied'"), 1);
  EXPECT_GT(count("SELECT max(last_seq) FROM audit_batch"), 0);
  EXPECT_EQ(findings(), 0U);
}

TEST_F(AuditKeeperTest, L04_says_in_the_log_and_in_the_figures_that_history_was_lost) {
  keeper().look();
  denials_.note(contract::AccountId(base::Uuid::random(random_)), "/v1/admin/audit", "audit:read");
  keeper().look();
  installation().database->write_blocking([](db::Transaction& tx) {
    tx.execute_script("DROP TRIGGER audit_batch_goes_by_retention_alone; DELETE FROM audit_batch");
  });
  keeper().look();
  EXPECT_TRUE(log_.contains("audit_history_lost"));
  EXPECT_NE(metrics_.render().find("gatehouse_audit_history_lost_total 1"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::app
