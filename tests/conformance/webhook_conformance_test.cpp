// From an event in the audit log to a receiver that checks the signature.
#include "identity/webhook/webhooks.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>

#include "crypto/sealing.hpp"
#include "identity/webhook/dispatcher.hpp"
#include "identity/webhook/endpoint_codec.hpp"
#include "identity/webhook/event_sender.hpp"
#include "identity/webhook/signature.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/scripted_server.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using test::run_on_loop;
using test::ScriptedServer;

std::string answer(const char* status) {
  return std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

class WebhookConformance : public test::OnEveryDatabase {
 protected:
  void event(std::string_view type) {
    database().write_blocking([&](db::Transaction& tx) {
      audit_.record(tx, {.type = type, .actor = who_.uuid(), .fields = {{"reason", "test"}}});
    });
  }
  EndpointMade add(const std::string& url, std::vector<std::string> types = {}) {
    auto made = run_on_loop(webhooks_.add({.name = "ours", .url = url, .types = std::move(types)}, who_));
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  void dispatch() {
    while (dispatcher_.step() > 0) continue;
  }
  std::size_t due() {
    return database().read_blocking([&](db::Transaction& tx) { return jobs_.due(tx, kWebhookQueue, 100).size(); });
  }
  std::vector<std::string> recorded(std::string_view type) {
    std::vector<std::string> fields;
    database().read_blocking([&](db::Transaction& tx) {
      tx.query("SELECT fields FROM audit_event WHERE type = $1 ORDER BY seq", {type},
               [&](const db::Row& row) { fields.push_back(row.text(0)); });
    });
    return fields;
  }
  std::unique_ptr<queue::Worker> worker(EventSender& sender) {
    queue::WorkerOptions options;
    options.queue = kWebhookQueue;
    options.first_backoff = 10s;
    return std::make_unique<queue::Worker>(
        queue::Worker::Parts{database(), jobs_, clock_, random_, log_.logger(), metrics_}, options,
        queue::Worker::Doing{.handler = [&sender](const queue::Job& job) { return sender.send(job); }});
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  telemetry::CollectedLog log_;
  telemetry::Metrics metrics_;
  crypto::SealingKey key_ = crypto::SealingKey::generate(random_);
  contract::AccountId who_{base::Uuid::random(random_)};
  audit::Log audit_{clock_};
  queue::JobStore jobs_{clock_, random_};
  EndpointStore endpoints_;
  Delivery delivery_{{.allow_http = true, .allow_private = true, .timeout = 5s}};
  Webhooks webhooks_{{database(), endpoints_, key_, delivery_, jobs_, audit_, clock_, random_}};
  Dispatcher dispatcher_{database(), endpoints_, jobs_, clock_};
  EventSender sender_{{database(), endpoints_, key_, delivery_, audit_, clock_, random_, log_.logger()}, 72h};
};
GATEHOUSE_ON_EVERY_DATABASE(WebhookConformance);

TEST_P(WebhookConformance, an_event_becomes_one_job_for_each_endpoint_that_wants_it) {
  event("session.ended");  // before anybody is there
  add("http://127.0.0.1:9/all");
  add("http://127.0.0.1:9/some", {"password.*", "factor.added"});
  dispatch();
  const auto before = due();  // the second endpoint's own making, told to the first
  event("session.ended");
  event("password.changed");
  event("factor.removed");
  dispatch();
  EXPECT_EQ(due() - before, 4U);  // three and one
  dispatch();
  EXPECT_EQ(due() - before, 4U);
}

TEST_P(WebhookConformance, an_event_that_commits_behind_a_later_one_is_told_too) {
  add("http://127.0.0.1:9/", {"session.*"});
  dispatch();
  const auto insert = [&](std::int64_t seq) {
    database().write_blocking([&](db::Transaction& tx) {
      tx.execute("INSERT INTO audit_event (seq, at, type, fields) VALUES ($1, 1, 'session.ended', '{}')", {seq});
    });
  };
  insert(101);
  dispatch();
  EXPECT_EQ(due(), 1U);
  insert(100);  // numbered first, committed last
  dispatch();
  EXPECT_EQ(due(), 2U);
  clock_.advance(Dispatcher::kGapLifetime + 1s);
  insert(102);
  dispatch();
  insert(99);  // later than any transaction lives
  dispatch();
  EXPECT_EQ(due(), 3U);
}

TEST_P(WebhookConformance, transactions_that_commit_in_the_reverse_order_of_their_numbers_are_told_each_once) {
  add("http://127.0.0.1:9/", {"session.*"});
  dispatch();
  std::promise<void> numbered, go;
  std::once_flag once;
  std::thread first([&, commit = go.get_future().share()] {
    database().write_blocking([&](db::Transaction& tx) {
      audit_.record(tx, {.type = audit::type::kSessionEnded, .fields = {{"reason", "first"}}});
      std::call_once(once, [&] { numbered.set_value(); });
      commit.wait();
    });
  });
  numbered.get_future().wait();
  // SQLite has one writer: what is numbered first is committed first.
  const bool reversed = database().dialect() == db::Database::Dialect::postgres;
  if (!reversed) {
    go.set_value();
    first.join();
  }
  event("session.ended");
  dispatch();
  EXPECT_EQ(due(), reversed ? 1U : 2U);
  if (reversed) {
    go.set_value();
    first.join();
  }
  dispatch();
  dispatch();
  EXPECT_EQ(due(), 2U);
  EXPECT_EQ(recorded("session.ended"), (std::vector<std::string>{R"({"reason":"first"})", R"({"reason":"test"})"}));
}

TEST_P(WebhookConformance, an_alert_is_sent_by_itself_however_often_its_transaction_had_failed) {
  AlertOutbox outbox({.kinds = {kAlertSlack}}, jobs_, clock_);
  Dispatcher following(database(), endpoints_, jobs_, clock_, &outbox);
  const auto rename = [&](const char* sql) { write([&](auto& tx) { tx.execute_script(sql); }); };
  event("session.refresh_reuse");
  rename("ALTER TABLE job RENAME TO job_away");  // so that the alert's own INSERT is what fails
  for (int i = 0; i < 6; ++i) EXPECT_THROW((void)following.step(), std::exception);
  rename("ALTER TABLE job_away RENAME TO job");
  EXPECT_EQ(following.step(), 1U);
  const auto told = read([&](auto& tx) { return jobs_.due(tx, kAlertQueue, 100); });
  EXPECT_EQ(told.size(), 1U);
}

TEST_P(WebhookConformance, two_nodes_make_each_job_once) {
  add("http://127.0.0.1:9/", {"session.*"});
  dispatch();
  Dispatcher other(database(), endpoints_, jobs_, clock_);
  event("session.ended");
  EXPECT_EQ(dispatcher_.step() + other.step(), 1U);
  EXPECT_EQ(due(), 1U);
}

TEST_P(WebhookConformance, operators_are_alerted_once_without_any_endpoint_and_whichever_node_follows) {
  const AlertOutboxOptions slack{.kinds = {kAlertSlack}};
  AlertOutbox ours(slack, jobs_, clock_);
  AlertOutbox theirs(slack, jobs_, clock_);
  Dispatcher here(database(), endpoints_, jobs_, clock_, &ours);
  Dispatcher there(database(), endpoints_, jobs_, clock_, &theirs);
  const auto alerts = [&] {
    return database().read_blocking([&](db::Transaction& tx) { return jobs_.due(tx, kAlertQueue, 100).size(); });
  };
  event("sign_in.succeeded");
  EXPECT_EQ(here.step() + there.step(), 0U) << "what nobody is told of is not worth a write";
  event("session.refresh_reuse");
  EXPECT_EQ(here.step() + there.step(), 2U);
  EXPECT_EQ(alerts(), 1U);
  event("sign_in.succeeded");
  event("defence.address_blocked");
  EXPECT_EQ(there.step() + here.step(), 2U);
  EXPECT_EQ(alerts(), 2U);
}

TEST_P(WebhookConformance, what_is_taken_is_done) {
  ScriptedServer server({{answer("204 No Content")}});
  add("http://127.0.0.1:" + std::to_string(server.port()) + "/hook", {"session.*"});
  event("session.ended");
  dispatch();
  EXPECT_TRUE(worker(sender_)->work_once());
  clock_.advance(24h);
  EXPECT_EQ(due(), 0U);
}

TEST_P(WebhookConformance, what_is_not_taken_is_tried_again_and_a_success_forgets_the_failure) {
  ScriptedServer server({{answer("500 Internal Server Error")}, {answer("302 Found")}, {answer("200 OK")}});
  const auto made = add("http://127.0.0.1:" + std::to_string(server.port()) + "/hook", {"session.*"});
  event("session.ended");
  dispatch();
  const auto sending = worker(sender_);
  EXPECT_TRUE(sending->work_once());
  EXPECT_EQ(run_on_loop(webhooks_.list())[0].endpoint.last_failure, "server_error");
  clock_.advance(10s);
  EXPECT_TRUE(sending->work_once());
  EXPECT_EQ(run_on_loop(webhooks_.list())[0].endpoint.last_failure, "redirected");
  clock_.advance(20s);
  EXPECT_TRUE(sending->work_once());
  EXPECT_EQ(run_on_loop(webhooks_.list())[0].endpoint.last_failure, "");
  EXPECT_FALSE(run_on_loop(webhooks_.list())[0].endpoint.failing_since);
}

TEST_P(WebhookConformance, an_endpoint_that_says_it_is_gone_is_switched_off) {
  ScriptedServer server({{answer("410 Gone")}});
  add("http://127.0.0.1:" + std::to_string(server.port()) + "/hook", {"session.*"});
  event("session.ended");
  dispatch();
  EXPECT_TRUE(worker(sender_)->work_once());
  EXPECT_FALSE(run_on_loop(webhooks_.list())[0].endpoint.enabled);
  EXPECT_EQ(recorded(audit::type::kWebhookChanged).size(), 1U);
  EXPECT_TRUE(log_.contains("webhook_disabled"));
}

TEST_P(WebhookConformance, an_endpoint_that_takes_nothing_for_days_is_switched_off) {
  add("http://127.0.0.1:" + std::to_string(test::free_port()) + "/hook", {"session.*"});
  event("session.ended");
  dispatch();
  const auto sending = worker(sender_);
  EXPECT_TRUE(sending->work_once());
  EXPECT_TRUE(run_on_loop(webhooks_.list())[0].endpoint.enabled);
  clock_.advance(72h);
  EXPECT_TRUE(sending->work_once());
  const auto shown = run_on_loop(webhooks_.list());
  EXPECT_FALSE(shown[0].endpoint.enabled);
  // Switched on again, it begins without a past.
  ASSERT_TRUE(run_on_loop(webhooks_.change(shown[0].endpoint.id, {.enabled = true}, who_)));
  EXPECT_FALSE(run_on_loop(webhooks_.list())[0].endpoint.failing_since);
}

TEST_P(WebhookConformance, one_that_is_down_is_not_asked_for_each_event) {
  add("http://127.0.0.1:" + std::to_string(test::free_port()) + "/hook", {"session.*"});
  for (int i = 0; i < 6; ++i) event("session.ended");
  dispatch();
  const auto sending = worker(sender_);
  while (sending->work_once()) continue;
  std::size_t refused = 0;
  for (const auto& line : log_.lines()) refused += line.find("endpoint_down") != std::string::npos ? 1 : 0;
  EXPECT_EQ(refused, 3U);  // three were tried, then its breaker opened
}

TEST_P(WebhookConformance, a_secret_is_replaced_without_a_refused_event) {
  auto made = add("http://127.0.0.1:9/");
  auto changed = run_on_loop(webhooks_.change(made.view.endpoint.id, {.rotate_secret = true}, who_));
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->secret == made.secret);
  const auto opened = open_endpoint(key_, made.view.endpoint.id, changed->view.endpoint.sealed);
  ASSERT_EQ(opened.secrets.size(), 2U);
  EXPECT_TRUE(opened.secrets[0] == changed->secret);
  EXPECT_TRUE(opened.secrets[1] == made.secret);
  const auto unchanged = run_on_loop(webhooks_.change(made.view.endpoint.id, {.name = "theirs"}, who_));
  EXPECT_TRUE(unchanged->secret.empty());
}

TEST_P(WebhookConformance, L02_neither_secret_nor_url_lies_in_the_open) {
  const auto made = add("http://127.0.0.1:9/with-a-token-in-it");
  std::string all;
  database().read_blocking([&](db::Transaction& tx) {
    tx.query("SELECT sealed, types FROM webhook_endpoint", {},
             [&](const db::Row& row) { all += row.blob(0) + row.text(1); });
    tx.query("SELECT fields FROM audit_event", {}, [&](const db::Row& row) { all += row.text(0); });
  });
  for (const auto& line : log_.lines()) all += line;
  EXPECT_EQ(all.find("with-a-token"), std::string::npos);
  EXPECT_EQ(all.find("whsec_"), std::string::npos);
  EXPECT_EQ(all.find("ours"), std::string::npos);
}

TEST_P(WebhookConformance, replays_what_the_endpoint_wants_within_a_range) {
  const auto made = add("http://127.0.0.1:9/", {"session.*"});
  for (int i = 0; i < 5; ++i) event(i == 2 ? "password.changed" : "session.ended");
  const auto replayed = run_on_loop(webhooks_.replay(made.view.endpoint.id, 1, 1'000'000, who_));
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->events, 4U);
  EXPECT_FALSE(replayed->next);
  EXPECT_EQ(due(), 4U);
  EXPECT_EQ(recorded(audit::type::kWebhookReplayed).size(), 1U);
  EXPECT_EQ(run_on_loop(webhooks_.replay(base::Uuid::random(random_), 1, 2, who_)).error(), WebhookError::not_found);
}

TEST_P(WebhookConformance, refuses_wishes_that_can_not_be_met) {
  const auto error = [&](EndpointWish wish) { return run_on_loop(webhooks_.add(std::move(wish), who_)).error(); };
  EXPECT_EQ(error({.name = "x"}), WebhookError::bad_url);
  EXPECT_EQ(error({.url = "http://127.0.0.1/"}), WebhookError::bad_name);
  EXPECT_EQ(error({.name = "a\nb", .url = "http://127.0.0.1/"}), WebhookError::bad_name);
  EXPECT_EQ(error({.name = "x", .url = "ftp://127.0.0.1/"}), WebhookError::bad_url);
  for (const char* type : {"session", "session.", ".ended", "Session.ended", "session.*.x", "*", "a b.c"}) {
    EXPECT_EQ(error({.name = "x", .url = "http://127.0.0.1/", .types = {{type}}}), WebhookError::bad_types) << type;
  }
  for (std::size_t i = 0; i < kMaxEndpoints; ++i) add("http://127.0.0.1:9/");
  EXPECT_EQ(error({.name = "x", .url = "http://127.0.0.1/"}), WebhookError::too_many);
}

}  // namespace
}  // namespace gatehouse::identity
