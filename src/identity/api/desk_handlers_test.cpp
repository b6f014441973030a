// What administrators do about the installation itself: keys, the overview, accounts made for somebody.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {
namespace {

class DeskApi : public ::testing::Test {
 protected:
  Reply create(boost::json::object body) { return api_.post("/v1/admin/accounts", body, admin_); }
  static boost::json::object wish(const char* username) {
    return {{"username", username},
            {"email", std::string(username) + "@example.org"},
            {"roles", boost::json::array{"member"}}};
  }
  static std::string states(const Reply& reply) {
    std::string text;
    const auto json = reply.json();
    for (const auto& key : json.at("keys").as_array()) {
      text += std::string(text.empty() ? "" : " ") + std::string(key.at("state").as_string());
    }
    return text;
  }

  ApiStack api_;
  Headers admin_ = api_.admin();
  Account alice_ = api_.register_account("alice");
  std::size_t mails_before_ = api_.mails().size();  // taken
};

TEST_F(DeskApi, keys_are_shown_without_any_key) {
  const auto reply = api_.get("/v1/admin/keys", admin_);
  ASSERT_EQ(reply.status, 200U);
  const auto json = reply.json();
  ASSERT_EQ(json.at("keys").as_array().size(), 2U);
  for (const auto& key : json.at("keys").as_array()) {
    EXPECT_EQ(key.at("algorithm").as_string(), "ES256");
    for (const auto& member : key.as_object()) {
      const std::string name(member.key());
      EXPECT_TRUE(name == "kid" || name == "algorithm" || name == "state" || name == "created_at" ||
                  name == "activated_at")
          << name;
    }
  }
}

TEST_F(DeskApi, T18_a_rotation_refuses_no_token_and_is_announced_and_recorded) {
  const auto rotated = api_.post("/v1/admin/keys/rotate", {}, admin_);
  ASSERT_EQ(rotated.status, 200U);
  EXPECT_NE(states(rotated).find("previous"), std::string::npos) << states(rotated);
  EXPECT_NE(rotated.raw.body.find("retires_at"), std::string::npos);
  EXPECT_EQ(api_.changes.announced, 1);
  EXPECT_EQ(api_.get("/v1/admin/keys", admin_).status, 200U) << "the token of the key before";
  const auto actor = api_.database.read_blocking([](db::Transaction& tx) {
    return tx.query_one("SELECT actor FROM audit_event WHERE type = 'key.rotated'", {},
                        [](const db::Row& row) { return row.blob(0); });
  });
  ASSERT_TRUE(actor);
  EXPECT_EQ(actor->size(), 16U);
}

TEST_F(DeskApi, rotations_that_follow_each_other_too_fast_are_refused) {
  unsigned status = 200;
  int rotations = 0;
  for (; status == 200 && rotations < 30; ++rotations) {
    api_.clock.advance(std::chrono::seconds(11));  // until the key before has settled
    status = api_.post("/v1/admin/keys/rotate", {}, admin_).status;
  }
  EXPECT_EQ(status, 429U);
  EXPECT_EQ(rotations, 15);
  api_.clock.advance(std::chrono::minutes(20));
  EXPECT_TRUE(api_.keys.maintain());
  EXPECT_EQ(api_.keys.snapshot()->verification->size(), 2U);
  EXPECT_TRUE(api_.keys.rotate());
}

TEST_F(DeskApi, the_overview_counts_and_has_a_bucket_for_each_quarter_of_the_day) {
  const auto day = api_.get("/v1/admin/overview", admin_);
  ASSERT_EQ(day.status, 200U);
  const auto figures = boost::json::parse(day.raw.body);  // more members than a request may have
  EXPECT_EQ(figures.at("accounts").as_int64(), 2);
  EXPECT_EQ(figures.at("sessions").as_int64(), 1);
  EXPECT_EQ(figures.at("blocked_addresses").as_int64(), 0);
  EXPECT_EQ(figures.at("buckets").as_array().size(), 96U);
  const auto week = boost::json::parse(api_.get("/v1/admin/overview?span=week", admin_).raw.body);
  EXPECT_EQ(week.at("buckets").as_array().size(), 168U);
  EXPECT_EQ(week.at("bucket_minutes").as_int64(), 60);
  EXPECT_EQ(api_.get("/v1/admin/overview?span=year", admin_).fields(), "span");
  EXPECT_EQ(api_.get("/v1/admin/overview?x=1", admin_).status, 400U);
}

TEST_F(DeskApi, an_account_is_made_with_a_password) {
  auto body = wish("bob");
  body["password"] = ApiStack::kPassword;
  body["roles"] = boost::json::array{"member", "auditor"};
  const auto made = create(body);
  ASSERT_EQ(made.status, 201U) << made.raw.body;
  EXPECT_EQ(boost::json::serialize(made.json().at("roles")), R"(["auditor","member"])");
  EXPECT_EQ(api_.login_as("bob").status, 200U);
  EXPECT_TRUE(api_.mails().empty());
}

TEST_F(DeskApi, X03_without_a_password_nobody_signs_in_until_the_mailbox_has_set_one) {
  const auto made = create(wish("carol"));
  ASSERT_EQ(made.status, 201U) << made.raw.body;
  EXPECT_EQ(api_.login_as("carol").status, 401U);
  EXPECT_EQ(api_.login_as("carol", "body", "*").status, 401U);
  const auto mails = api_.mails();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails[0].kind, MailKind::reset_password);
  EXPECT_EQ(mails[0].account.to_string(), made.text("id"));
  const auto token = api_.one_time_tokens.encode(TokenPurpose::reset_password, mails[0].reference);
  const auto reset =
      api_.post("/v1/password/reset", {{"token", token.expose()}, {"password", "harbour violet 77 tin"}});
  EXPECT_EQ(reset.status, 204U) << reset.raw.body;
  EXPECT_EQ(api_.login_as("carol", "body", "harbour violet 77 tin").status, 200U);
}

TEST_F(DeskApi, B07_what_is_wrong_is_named_and_nothing_is_made) {
  auto body = wish("a b");
  body["email"] = "nobody";
  body["roles"] = boost::json::array{"root"};
  EXPECT_EQ(create(body).fields(), "username email roles");
  auto guessable = wish("dave");
  guessable["password"] = "password1234";
  EXPECT_EQ(create(guessable).fields(), "password");
  auto unknown = wish("dave");
  unknown["state"] = "active";
  EXPECT_EQ(create(unknown).fields(), "state");
  EXPECT_EQ(create(wish("alice")).status, 409U);
  auto address = wish("dave");
  address["email"] = "alice@example.org";
  EXPECT_EQ(create(address).status, 409U);
  EXPECT_EQ(api_.get("/v1/admin/accounts?username_prefix=dave", admin_).json().at("accounts").as_array().size(), 0U);
}

TEST_F(DeskApi, B07_each_asks_for_its_permission) {
  const auto account = api_.register_account("anna");
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(account.id, {"auditor"}, IdentityStack::caller())));
  const auto auditor = api_.strong_bearer(account);
  EXPECT_EQ(api_.get("/v1/admin/keys", auditor).status, 403U);
  EXPECT_EQ(api_.post("/v1/admin/keys/rotate", {}, auditor).status, 403U);
  EXPECT_EQ(api_.get("/v1/admin/overview", auditor).status, 403U);
  EXPECT_EQ(api_.post("/v1/admin/accounts", wish("eve"), auditor).status, 403U);
  EXPECT_EQ(api_.post("/v1/admin/accounts", wish("eve"), {}).status, 401U);
}

}  // namespace
}  // namespace gatehouse::identity
