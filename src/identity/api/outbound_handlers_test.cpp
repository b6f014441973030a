// Dead letters and webhooks, as administrators reach them.
#include <gtest/gtest.h>

#include <string>

#include "identity/api/api_fixture.hpp"
#include "identity/mail/mail_outbox.hpp"

namespace gatehouse::identity {
namespace {

class OutboundApi : public ::testing::Test {
 protected:
  Reply with_body(http::Method method, const std::string& path, const char* body) {
    Headers headers = admin_;
    headers.emplace_back("Content-Type", "application/json");
    return api_.send(method, path, headers, body);
  }
  Reply act(http::Method method, const std::string& path) { return api_.send(method, path, admin_); }
  std::string add_dead_letter() {
    const MailOutbox outbox(api_.jobs);
    (void)api_.mails();  // those of the registrations
    api_.database.write_blocking([&](db::Transaction& tx) {
      outbox.send(tx, {.kind = MailKind::password_changed, .account = alice_.id});
      api_.clock.advance(queue::JobStore::kAfterTheAnswer);
      const auto id = api_.jobs.due(tx, kMailQueue, 1).at(0).id;
      const auto job = api_.jobs.take(tx, id, api_.clock.now() + std::chrono::minutes(1));
      EXPECT_TRUE(api_.jobs.bury(tx, *job, "refused"));
    });
    const auto letters = act(http::Method::get, "/v1/admin/mail/dead").json().at("letters").as_array();
    return std::string(letters.at(0).as_object().at("id").as_string());
  }

  ApiStack api_;
  Account alice_ = api_.register_account("alice");
  Headers admin_ = api_.admin();
};

TEST_F(OutboundApi, dead_letters_are_listed_without_an_address_and_sent_again) {
  const auto id = add_dead_letter();
  const auto list = act(http::Method::get, "/v1/admin/mail/dead");
  EXPECT_EQ(list.status, 200U);
  const auto letter = list.json().at("letters").as_array().at(0).as_object();
  EXPECT_EQ(letter.at("kind").as_string(), "password_changed");
  EXPECT_EQ(letter.at("reason").as_string(), "refused");
  EXPECT_EQ(letter.at("account").as_string(), alice_.id.to_string());
  EXPECT_EQ(list.raw.body.find("alice@"), std::string::npos);
  EXPECT_EQ(act(http::Method::post, "/v1/admin/mail/dead/" + id + "/retry").status, 204U);
  EXPECT_EQ(act(http::Method::post, "/v1/admin/mail/dead/" + id + "/retry").status, 404U);
  EXPECT_EQ(act(http::Method::post, "/v1/admin/mail/dead/not-an-id/retry").status, 404U);
  EXPECT_TRUE(act(http::Method::get, "/v1/admin/mail/dead").json().at("letters").as_array().empty());
  EXPECT_EQ(act(http::Method::get, "/v1/admin/mail/dead?cursor=x").status, 400U);
}

TEST_F(OutboundApi, a_webhook_is_added_changed_replayed_and_removed) {
  const auto added = with_body(http::Method::post, "/v1/admin/webhooks",
                               R"({"name":"SIEM","url":"https://siem.example/hook","types":["session.*"]})");
  ASSERT_EQ(added.status, 201U);
  EXPECT_TRUE(added.text("secret").starts_with("whsec_"));
  const std::string path = "/v1/admin/webhooks/" + added.text("id");
  const auto list = act(http::Method::get, "/v1/admin/webhooks");
  EXPECT_EQ(list.json().at("webhooks").as_array().size(), 1U);
  EXPECT_EQ(list.raw.body.find("whsec_"), std::string::npos);  // shown once, never again

  const auto changed = with_body(http::Method::patch, path, R"({"enabled":false,"rotate_secret":true})");
  ASSERT_EQ(changed.status, 200U);
  EXPECT_FALSE(changed.json().at("enabled").as_bool());
  EXPECT_NE(changed.text("secret"), added.text("secret"));

  const auto replayed = with_body(http::Method::post, path + "/replay", R"({"first":1,"last":100})");
  EXPECT_EQ(replayed.status, 202U);
  EXPECT_EQ(replayed.json().at("events").as_int64(), 0);
  EXPECT_EQ(act(http::Method::delete_, path).status, 204U);
  EXPECT_EQ(act(http::Method::delete_, path).status, 404U);
  EXPECT_EQ(with_body(http::Method::patch, path, "{}").status, 404U);
  EXPECT_EQ(with_body(http::Method::post, path + "/replay", R"({"first":1,"last":2})").status, 404U);
}

TEST_F(OutboundApi, B07_a_webhook_takes_only_what_it_knows) {
  const auto fields = [&](const char* body) {
    const auto reply = with_body(http::Method::post, "/v1/admin/webhooks", body);
    EXPECT_EQ(reply.status, 400U) << body;
    return reply.fields();
  };
  EXPECT_EQ(fields(R"({"name":"x","url":"https://a.example/","secret":"whsec_mine"})"), "secret");
  EXPECT_EQ(fields(R"({"name":"x","url":"http://a.example/"})"), "url");
  EXPECT_EQ(fields(R"({"name":"x","url":"https://user:password@a.example/"})"), "url");
  EXPECT_EQ(fields(R"({"name":"x","url":"https://a.example/","types":["everything"]})"), "types");
  EXPECT_EQ(fields(R"({"name":"","url":"https://a.example/"})"), "name");
  EXPECT_EQ(fields(R"({"name":"x","url":"https://a.example/","enabled":"yes"})"), "enabled");
}

TEST_F(OutboundApi, is_for_administrators_alone) {
  const auto member = ApiStack::bearer(api_.login_as("alice"));
  for (const char* path : {"/v1/admin/mail/dead", "/v1/admin/webhooks"}) {
    EXPECT_EQ(api_.get(path, member).status, 403U);
    EXPECT_EQ(api_.get(path).status, 401U);
  }
  EXPECT_EQ(api_.post("/v1/admin/webhooks", {{"name", "x"}, {"url", "https://a.example/"}}, member).status, 403U);
}

}  // namespace
}  // namespace gatehouse::identity
