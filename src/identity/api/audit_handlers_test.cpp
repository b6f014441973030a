#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "identity/api/api_fixture.hpp"
#include "identity/audit/batch_store.hpp"
#include "identity/audit/log_verification.hpp"
#include "identity/audit/sealer.hpp"
#include "platform/audit/error_book.hpp"
#include "platform/audit/event_types.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::identity {
namespace {

class AuditApi : public ::testing::Test {
 protected:
  // The types of a page, newest first, separated by spaces.
  std::string types(const std::string& query) {
    const auto reply = api_.get("/v1/admin/audit" + query, admin_);
    EXPECT_EQ(reply.status, 200U) << query;
    std::string types;
    const auto body = reply.json();
    for (const auto& event : body.at("events").as_array()) {
      types += (types.empty() ? "" : " ") + std::string(event.as_object().at("type").as_string());
    }
    return types;
  }
  void seal() {
    test::TempDir folder;
    Sealer sealer({api_.database, api_.audit, api_.audit_key, api_.clock}, HeadFile(folder.path() / "audit_head"));
    (void)sealer.seal_once();
  }

  ApiStack api_;
  Account alice_ = api_.register_account("alice");
  Headers admin_ = api_.admin();
  std::string of_alice_ = "?subject=" + alice_.id.to_string();
};

TEST_F(AuditApi, tells_what_happened_to_an_account_newest_first) {
  const auto login = api_.login_as("alice");
  EXPECT_EQ(api_.login_as("alice", "body", "wrong lantern otter 9").status, 401U);
  EXPECT_EQ(api_.post("/v1/logout", {{"refresh_token", login.text("refresh_token")}}).status, 204U);
  const std::string path = "/v1/admin/accounts/" + alice_.id.to_string();
  EXPECT_EQ(api_.send(http::Method::post, path + "/disable", admin_).status, 200U);
  EXPECT_EQ(types(of_alice_), "account.disabled session.ended sign_in.failed sign_in.succeeded account.registered");
  EXPECT_EQ(types(of_alice_ + "&type=session.ended"), "session.ended");
  EXPECT_EQ(types(of_alice_ + "&actor=" + alice_.id.to_string()), "sign_in.succeeded account.registered");
  EXPECT_EQ(types(of_alice_ + "&after=2099-01-01"), "");
  EXPECT_EQ(types("?type=no.such"), "");
}

TEST_F(AuditApi, an_administrators_act_names_the_administrator) {
  const std::string path = "/v1/admin/accounts/" + alice_.id.to_string();
  EXPECT_EQ(api_.send(http::Method::post, path + "/end-sessions", admin_).status, 200U);
  const auto body = api_.get("/v1/admin/audit" + of_alice_ + "&limit=1", admin_).json();
  const auto& event = body.at("events").as_array().at(0).as_object();
  EXPECT_EQ(event.at("type").as_string(), "account.sessions_ended");
  EXPECT_EQ(std::string(event.at("subject").as_string()), alice_.id.to_string());
  EXPECT_NE(std::string(event.at("actor").as_string()), alice_.id.to_string());
  EXPECT_EQ(std::string(event.at("id").as_string()), std::to_string(event.at("seq").as_int64()));
}

TEST_F(AuditApi, names_stand_beside_the_events_for_those_who_may_read_accounts) {
  EXPECT_EQ(api_.login_as("alice").status, 200U);
  const auto names = api_.get("/v1/admin/audit" + of_alice_, admin_).json().at("names").as_object();
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names.at(alice_.id.to_string()).as_string(), "alice");
  EXPECT_TRUE(api_.get("/v1/admin/security-events", admin_).json().contains("names"));

  Headers define = admin_;
  define.emplace_back("Content-Type", "application/json");
  const char* role = R"({"permissions":["audit:read"]})";
  ASSERT_EQ(api_.send(http::Method::put, "/v1/admin/roles/reader", define, role).status, 200U);
  const auto reader = api_.register_account("reader");
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(reader.id, {"reader"}, IdentityStack::caller())));
  const auto body = api_.get("/v1/admin/audit" + of_alice_, api_.strong_bearer(reader)).json();
  EXPECT_EQ(body.at("events").as_array().size(), 2U);
  EXPECT_FALSE(body.contains("names"));
}

TEST_F(AuditApi, pages_hold_every_event_once) {
  for (int i = 0; i < 5; ++i) (void)api_.login_as("alice");
  std::string all, cursor;
  for (int page = 0; page < 10; ++page) {
    const auto body = api_.get("/v1/admin/audit" + of_alice_ + "&limit=2" + cursor, admin_).json();
    for (const auto& event : body.at("events").as_array()) {
      all += std::string(event.as_object().at("id").as_string()) + " ";
    }
    if (!body.contains("next")) break;
    cursor = "&cursor=" + std::string(body.at("next").as_string());
  }
  const auto body = api_.get("/v1/admin/audit" + of_alice_ + "&limit=100", admin_).json();
  std::string expected;
  for (const auto& event : body.at("events").as_array()) {
    expected += std::string(event.as_object().at("id").as_string()) + " ";
  }
  EXPECT_EQ(all, expected);
  EXPECT_EQ(body.at("events").as_array().size(), 6U);
}

TEST_F(AuditApi, refuses_parameters_that_make_no_sense) {
  for (const char* query : {"?limit=0", "?limit=101", "?limit=x", "?cursor=-1", "?cursor=abc", "?subject=1",
                            "?actor=%27", "?after=yesterday", "?before=2026-13-01", "?unknown=1", "?limit=1&limit=2"}) {
    EXPECT_EQ(api_.get(std::string("/v1/admin/audit") + query, admin_).status, 400U) << query;
  }
  EXPECT_EQ(api_.get("/v1/admin/audit/export?after_batch=0", admin_).status, 400U);
  EXPECT_EQ(api_.get("/v1/admin/errors?limit=1000", admin_).status, 400U);
}

TEST_F(AuditApi, is_for_those_who_may_read_it) {
  const auto login = api_.login_as("alice");
  for (const char* path : {"/v1/admin/audit", "/v1/admin/audit/export", "/v1/admin/security-events", "/v1/admin/errors",
                           "/v1/admin/errors/0123456789abcdef0123456789abcdef"}) {
    EXPECT_EQ(api_.get(path).status, 401U) << path;
    EXPECT_EQ(api_.get(path, ApiStack::bearer(login)).status, 403U) << path;
  }
}

TEST_F(AuditApi, security_events_are_those_an_officer_looks_for) {
  const auto login = api_.login_as("alice");
  const std::string first = login.text("refresh_token");
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", first}}).status, 200U);
  api_.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", first}}).status, 401U);
  const auto body = api_.get("/v1/admin/security-events" + of_alice_, admin_).json();
  ASSERT_EQ(body.at("events").as_array().size(), 1U);
  EXPECT_EQ(body.at("events").as_array().at(0).as_object().at("type").as_string(), "session.refresh_reuse");
}

TEST_F(AuditApi, L04_an_export_verifies_and_is_recorded) {
  seal();
  const auto reply = api_.get("/v1/admin/audit/export", admin_);
  ASSERT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.raw.content_type, "application/x-ndjson");
  EXPECT_EQ(reply.header("Link"), "");
  std::istringstream file(reply.raw.body);
  const auto verification = verify_export(file, api_.audit_key.kid());
  EXPECT_EQ(verification.findings_total, 0U);
  EXPECT_GT(verification.events, 0U);
  EXPECT_EQ(types("?type=audit.exported"), "audit.exported");
}

TEST_F(AuditApi, L01_what_a_client_sends_stands_in_no_event) {
  const char* hostile = "alice\r\n{\"seq\":1}\x1b[31m";
  EXPECT_EQ(api_.login_as(hostile).status, 400U);
  EXPECT_EQ(api_.login_as("nobody-of-that-name").status, 401U);
  const auto text = boost::json::serialize(api_.get("/v1/admin/audit", admin_).json());
  for (const char* word : {"nobody-of-that-name", "[31m", "example.org", "192.0.2", "agent"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word;
  }
}

TEST_F(AuditApi, an_error_is_found_by_its_id) {
  const std::string id = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(api_.get("/v1/admin/errors/" + id, admin_).status, 404U);
  EXPECT_EQ(api_.get("/v1/admin/errors/x", admin_).status, 404U);
  api_.database.write_blocking([&](db::Transaction& tx) {
    audit::ErrorStore().insert(tx, {.error_id = id,
                                    .at = api_.clock.now(),
                                    .status = 503,
                                    .route = "/v1/login",
                                    .kind = "unavailable",
                                    .detail = "storage_away"});
  });
  const auto reply = api_.get("/v1/admin/errors/" + id, admin_);
  ASSERT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.text("route"), "/v1/login");
  EXPECT_EQ(reply.text("detail"), "storage_away");
  EXPECT_EQ(api_.get("/v1/admin/errors", admin_).json().at("errors").as_array().size(), 1U);
}

TEST_F(AuditApi, who_asks_for_what_is_not_permitted_is_noted_and_nothing_else_is) {
  const auto login = api_.login_as("alice");
  EXPECT_TRUE(api_.denials.take(api_.clock.now()).empty());
  const std::string path = "/v1/admin/accounts/" + alice_.id.to_string() + "/disable";
  EXPECT_EQ(api_.send(http::Method::post, path, ApiStack::bearer(login)).status, 403U);
  const auto noted = api_.denials.take(api_.clock.now());
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].actor, alice_.id.uuid());
  EXPECT_EQ(noted[0].fields.at(0).value, "/v1/admin/accounts/{id}/disable");
  EXPECT_EQ(noted[0].fields.at(1).value, "account:manage");
  EXPECT_EQ(api_.send(http::Method::post, path).status, 401U);
  EXPECT_EQ(api_.get("/v1/admin/accounts", admin_).status, 200U);
  EXPECT_TRUE(api_.denials.take(api_.clock.now() + DenialBook::kWindow).empty());
}

}  // namespace
}  // namespace gatehouse::identity
