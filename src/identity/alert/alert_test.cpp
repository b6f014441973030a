#include "identity/alert/alert.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "identity/alert/alert_outbox.hpp"
#include "identity/alert/alert_sender.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/audit/security_events.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {
namespace {

using Verdict = queue::Outcome::Verdict;

class AlertTest : public ::testing::Test {
 protected:
  void record(const audit::Event& event) { tell(outbox, event); }
  void tell(AlertOutbox& box, const audit::Event& event) {
    const audit::RecordedEvent recorded{.seq = ++seq,
                                        .at = clock.now(),
                                        .type = std::string(event.type),
                                        .actor = event.actor,
                                        .subject = event.subject,
                                        .fields = audit::encode_fields(event.fields)};
    auto counts = box.counts();
    database->database().write_blocking([&](db::Transaction& tx) { box.add(tx, recorded, counts); });
    box.committed(std::move(counts));
  }
  std::vector<queue::Job> jobs_due() {
    return database->database().write_blocking([&](db::Transaction& tx) {
      std::vector<queue::Job> taken;
      for (const auto& due : jobs.due(tx, kAlertQueue, 100)) {
        taken.push_back(*jobs.take(tx, due.id, clock.now() + std::chrono::hours(1)));
      }
      return taken;
    });
  }

  base::FakeClock clock;
  test::FakeRandom random;
  std::unique_ptr<test::TestDatabase> database = test::sqlite_in_memory();
  queue::JobStore jobs{clock, random};
  AlertOutbox outbox{
      {.kinds = {kAlertWebhook, kAlertSlack}, .privileged = [] { return std::vector<std::string>{"admin"}; }},
      jobs,
      clock};
  std::int64_t seq = 0;
};

TEST_F(AlertTest, a_security_event_is_told_everywhere_that_is_configured) {
  const auto subject = base::Uuid::v7(clock, random);
  record({.type = audit::type::kAccountUnderAttack, .subject = subject, .fields = {{"failures", "10"}}});
  const auto due = jobs_due();
  ASSERT_EQ(due.size(), 2U);
  const auto alert = Alert::from_json(due[0].payload);
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->type, "defence.account_under_attack");
  EXPECT_EQ(alert->subject, subject.to_string());
  EXPECT_EQ(alert->at, clock.now());
  EXPECT_EQ(alert->fields, R"({"failures":"10"})");
  EXPECT_NE(describe(*alert).find(subject.to_string()), std::string::npos);
}

TEST_F(AlertTest, what_happens_all_day_is_not_told) {
  record({.type = audit::type::kSignInSucceeded});
  record({.type = audit::type::kPasswordChanged});
  EXPECT_TRUE(jobs_due().empty());
}

TEST_F(AlertTest, a_role_is_told_of_when_it_manages_accounts_however_it_is_given) {
  for (const auto type : {audit::type::kRolesSet, audit::type::kAccountCreated, audit::type::kAccountInvited}) {
    record({.type = type});  // of a version that did not name them
    record({.type = type, .fields = {{"roles", "administrative member"}}});
    EXPECT_TRUE(jobs_due().empty()) << type;
    record({.type = type, .fields = {{"roles", "member admin"}}});
    EXPECT_EQ(jobs_due().size(), 2U) << type;
  }
}

TEST_F(AlertTest, what_is_told_is_among_the_security_events_and_what_is_only_listed_is_not_told) {
  const std::vector<std::string> privileged{"admin"};
  for (const auto& event : audit::kSecurityEvents) {
    const audit::RecordedEvent recorded{.type = std::string(event.type), .fields = R"({"roles":"admin"})"};
    EXPECT_EQ(is_alerting(recorded, privileged), event.telling != audit::Telling::listed) << event.type;
    EXPECT_EQ(is_alerting(recorded, {}), event.telling == audit::Telling::at_once) << event.type;
  }
  // An account that was taken over, and that its owner has back.
  EXPECT_TRUE(is_alerting({.type = std::string(audit::type::kEmailRestored)}, {}));
}

TEST_F(AlertTest, a_flood_of_one_kind_is_a_few_alerts_and_a_number_and_silences_no_other_kind) {
  for (int i = 0; i < 1'000; ++i) record({.type = audit::type::kAddressBlocked});
  EXPECT_EQ(jobs_due().size(), 10U) << "five at two places";
  record({.type = audit::type::kSprayingDetected});
  EXPECT_EQ(jobs_due().size(), 2U);
  clock.advance(std::chrono::minutes(11));
  record({.type = audit::type::kAddressBlocked});
  const auto due = jobs_due();
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(Alert::from_json(due[0].payload)->held_back, 995U);
}

TEST_F(AlertTest, an_attempt_that_was_undone_has_told_of_nothing) {
  const audit::RecordedEvent reuse{.seq = 1, .at = clock.now(), .type = std::string(audit::type::kRefreshReuse)};
  for (int attempt = 0; attempt < 20; ++attempt) {
    auto counts = outbox.counts();
    EXPECT_THROW(database->database().write_blocking([&](db::Transaction& tx) {
      outbox.add(tx, reuse, counts);
      throw std::runtime_error("the commit failed");
    }),
                 std::runtime_error);
  }
  EXPECT_TRUE(jobs_due().empty());
  record({.type = audit::type::kRefreshReuse});
  const auto due = jobs_due();
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(Alert::from_json(due[0].payload)->held_back, 0U);
}

TEST_F(AlertTest, a_place_that_hangs_holds_up_no_other) {
  record({.type = audit::type::kSprayingDetected});
  std::set<std::string> lanes;  // of which each is done by itself (queue::Lanes)
  for (const auto& job : jobs_due()) lanes.insert(job.lane);
  EXPECT_EQ(lanes, (std::set<std::string>{"slack", "webhook"}));
}

TEST_F(AlertTest, nothing_is_queued_where_nobody_is_to_be_told) {
  AlertOutbox silent({}, jobs, clock);
  EXPECT_FALSE(silent.listens());
  tell(silent, {.type = audit::type::kSprayingDetected});
  EXPECT_TRUE(jobs_due().empty());
}

TEST_F(AlertTest, posts_json_to_a_webhook_and_words_to_slack) {
  record({.type = audit::type::kSprayingDetected});
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  test::ScriptedServer server({{ok}, {ok}});
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/hook";
  http_client::ClientPool client;
  AlertSender sender({.webhook_url = url, .slack_url = url, .installation = "https://app.example"}, client, {});
  for (const auto& job : jobs_due()) EXPECT_EQ(sender.send(job).verdict, Verdict::done) << job.kind;
}

TEST_F(AlertTest, tries_again_later_where_nobody_answers_and_gives_up_where_it_is_refused) {
  record({.type = audit::type::kSprayingDetected});
  const auto due = jobs_due();
  const std::string busy = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  const std::string gone = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  test::ScriptedServer server({{busy}, {gone}});
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/hook";
  http_client::ClientPool client;
  AlertSender sender({.webhook_url = url, .slack_url = url, .installation = ""}, client, {});
  const auto later = sender.send(due[0]);
  EXPECT_EQ(later.verdict, Verdict::retry);
  EXPECT_TRUE(later.reached);
  EXPECT_EQ(sender.send(due[0]).verdict, Verdict::bury);
  const auto away = sender.send(due[0]);
  EXPECT_EQ(away.verdict, Verdict::retry);
  EXPECT_FALSE(away.reached);
}

TEST_F(AlertTest, writes_to_operators_where_an_address_is_configured) {
  http_client::ClientPool client;
  std::string written;
  AlertSender sender({.installation = "https://app.example"}, client,
                     [&](const queue::Job&, const std::string& subject, const std::string& text) {
                       written = subject + "\n" + text;
                       return queue::Outcome{};
                     });
  const Alert alert{.type = std::string(audit::type::kSprayingDetected), .at = clock.now()};
  EXPECT_EQ(sender.send({.kind = std::string(kAlertEmail), .payload = alert.to_json()}).verdict, Verdict::done);
  EXPECT_NE(written.find("spraying"), std::string::npos);
  EXPECT_NE(written.find("https://app.example"), std::string::npos);
}

TEST_F(AlertTest, buries_what_is_no_alert) {
  http_client::ClientPool client;
  AlertSender sender({}, client, {});
  for (const char* payload : {"", "{}", "[]", R"({"type":"made.up","at_ms":1,"fields":{}})"}) {
    EXPECT_EQ(sender.send({.kind = std::string(kAlertWebhook), .payload = payload}).verdict, Verdict::bury) << payload;
  }
}

}  // namespace
}  // namespace gatehouse::identity
