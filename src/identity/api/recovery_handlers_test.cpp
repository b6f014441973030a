#include <gtest/gtest.h>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {
namespace {

class RecoveryApi : public ::testing::Test {
 protected:
  ApiStack api_;
  Account alice_ = api_.register_account("alice");
  void SetUp() override { (void)api_.mails(); }

  Reply forgot(std::string body, const Headers& more = {}) {
    Headers headers{{"Content-Type", "application/json"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return api_.send(http::Method::post, "/v1/password/forgot", headers, std::move(body));
  }
  // The mails that come of all requests so far, through the queue.
  std::vector<MailJob> mails() {
    api_.clock.advance(queue::JobStore::kAfterTheAnswer);
    const auto payloads = api_.database.write_blocking([&](db::Transaction& tx) {
      std::vector<std::string> found;
      for (const auto& due : api_.jobs.due(tx, kRecoveryQueue, 100)) {
        const auto job = api_.jobs.take(tx, due.id, api_.clock.now() + std::chrono::minutes(1)).value();
        found.push_back(job.payload);
        EXPECT_TRUE(api_.jobs.done(tx, job));
      }
      return found;
    });
    for (const auto& payload : payloads) api_.password_reset.answer_request(payload);
    return api_.mails();
  }
  std::string token(TokenPurpose purpose, const MailJob& mail) {
    return std::string(api_.one_time_tokens.encode(purpose, mail.reference).expose());
  }
  // Alice asks for a new password; the letter she gets.
  MailJob reset_letter() {
    (void)mails();
    EXPECT_EQ(forgot(R"({"email":"alice@example.org"})").status, 202U);
    const auto letters = mails();
    EXPECT_EQ(letters.size(), 1U);
    return letters.at(0);
  }
  // Alice's authenticator app.
  FakeApp enrol() {
    const auto who = ApiStack::bearer(api_.login_as("alice"));
    const auto begun = api_.post("/v1/factors/totp", {{"name", "phone"}}, who);
    FakeApp app(begun.text("secret"));
    const auto added =
        api_.post("/v1/factors/totp/" + begun.text("id") + "/confirm", {{"code", app.code(api_.clock.now())}}, who);
    EXPECT_EQ(added.status, 201U) << added.raw.body;
    return app;
  }
};

TEST_F(RecoveryApi, X04_forgot_check_reset_and_no_session_comes_of_it) {
  EXPECT_EQ(forgot(R"({"email":"alice@example.org"})").status, 202U);
  const auto mail = mails().at(0);
  const auto link = token(TokenPurpose::reset_password, mail);
  EXPECT_EQ(api_.post("/v1/password/reset/check", {{"token", link}}).status, 204U);
  const auto reset = api_.post("/v1/password/reset", {{"token", link}, {"password", "seven copper violins"}});
  EXPECT_EQ(reset.status, 204U);
  EXPECT_TRUE(reset.raw.body.empty());
  EXPECT_FALSE(reset.cookie("__Host-gatehouse_refresh"));
  EXPECT_EQ(api_.post("/v1/password/reset/check", {{"token", link}}).slug(), "/problems/link-refused");
  const auto again = api_.post("/v1/password/reset", {{"token", link}, {"password", "seven copper violins"}});
  EXPECT_EQ(again.status, 403U);
  EXPECT_EQ(again.slug(), "/problems/link-refused");
  EXPECT_EQ(api_.login_as("alice", "body", "seven copper violins").status, 200U);
}

// X04: whoever reads the mailbox has one factor, not two.
TEST_F(RecoveryApi, X04_after_a_reset_the_second_factor_is_still_asked_for) {
  const FakeApp app = enrol();
  const auto new_word = [](int i) { return "copper violins number " + std::to_string(i); };
  for (int i = 0; i < 2; ++i) {  // by the link, and by the code of the letter
    const auto mail = reset_letter();
    const std::string code(api_.one_time_tokens.code(TokenPurpose::reset_password, mail.reference).expose());
    const boost::json::object by_link{{"token", token(TokenPurpose::reset_password, mail)}, {"password", new_word(i)}};
    const boost::json::object by_code{{"email", "alice@example.org"}, {"code", code}, {"password", new_word(i)}};
    ASSERT_EQ(api_.post("/v1/password/reset", i == 0 ? by_link : by_code).status, 204U);

    const auto login = api_.login_as("alice", "cookie", new_word(i));
    EXPECT_EQ(login.text("next"), "second_factor");
    EXPECT_EQ(login.text("access_token"), "");
    EXPECT_FALSE(login.cookie("__Host-gatehouse_access"));
    EXPECT_FALSE(login.cookie("__Host-gatehouse_refresh"));
    api_.clock.advance(std::chrono::seconds(30));
    const boost::json::object step{{"transaction", login.text("transaction")},
                                   {"method", "totp"},
                                   {"code", app.code(api_.clock.now())},
                                   {"refresh_in", "body"}};
    EXPECT_EQ(api_.post("/v1/login/second-factor", step).status, 200U);
  }
}

// S05: what was mailed while the factor stood is void once it is gone, whoever took it away.
TEST_F(RecoveryApi, S05_removing_factors_kills_the_links_that_were_mailed_before) {
  const auto outstanding = [&] { return token(TokenPurpose::reset_password, reset_letter()); };
  const auto reset = [&](const std::string& link) {
    return api_.post("/v1/password/reset", {{"token", link}, {"password", "seven copper violins"}});
  };
  (void)enrol();
  const auto before_removal = outstanding();
  const auto own = api_.strong_bearer(alice_);
  const auto listed = api_.get("/v1/factors", own).json();
  const std::string id(listed.at("factors").as_array().at(0).as_object().at("id").as_string());
  ASSERT_EQ(api_.send(http::Method::delete_, "/v1/factors/" + id, own).status, 204U);
  EXPECT_EQ(reset(before_removal).slug(), "/problems/link-refused");

  (void)enrol();
  const auto before_reset = outstanding();
  const std::string path = "/v1/admin/accounts/" + alice_.id.to_string() + "/factors";
  ASSERT_EQ(api_.send(http::Method::delete_, path, api_.admin()).status, 200U);
  EXPECT_EQ(reset(before_reset).slug(), "/problems/link-refused");
  EXPECT_EQ(reset(outstanding()).status, 204U);
}

// X02: whatever is not exactly one address is refused.
TEST_F(RecoveryApi, X02_refuses_an_address_in_any_but_one_piece) {
  for (const char* body : {
           R"({"email":["alice@example.org","mallory@evil.example"]})",
           R"({"email":{"0":"alice@example.org"}})",
           R"({"email":"alice@example.org","email":"mallory@evil.example"})",
           R"({"email":"alice@example.org,mallory@evil.example"})",
           R"({"email":"alice@example.org\r\nBcc: mallory@evil.example"})",
           R"({"email":"alice@example.org\nmallory@evil.example"})",
           R"({"email":"alice@evil.example@example.org"})",
           R"({"email":"alice@example.org","cc":"mallory@evil.example"})",
           R"({"email":null})",
           R"({})",
           R"(["alice@example.org"])",
       }) {
    EXPECT_EQ(forgot(body).status, 400U) << body;
  }
  EXPECT_TRUE(mails().empty());
  const auto form = api_.send(http::Method::post, "/v1/password/forgot",
                              {{"Content-Type", "application/x-www-form-urlencoded"}}, "email=alice%40example.org");
  EXPECT_EQ(form.status, 415U);
}

// U04: for whoever's address, the same answer to the byte.
TEST_F(RecoveryApi, U04_forgot_answers_alike_for_known_and_unknown_addresses) {
  const auto known = forgot(R"({"email":"alice@example.org"})");
  const auto unknown = forgot(R"({"email":"nobody@example.org"})");
  EXPECT_EQ(known.status, 202U);
  EXPECT_EQ(known.status, unknown.status);
  EXPECT_EQ(known.raw.body, unknown.raw.body);
  EXPECT_EQ(known.raw.headers, unknown.raw.headers);
}

TEST_F(RecoveryApi, U04_a_wrong_code_gets_one_answer_for_known_and_unknown_addresses) {
  forgot(R"({"email":"alice@example.org"})");
  (void)mails();
  const auto guess = [&](const char* email) {
    return api_.post("/v1/password/reset",
                     {{"email", email}, {"code", "0000-0000"}, {"password", "seven copper violins"}});
  };
  const auto known = guess("alice@example.org");
  const auto unknown = guess("nobody@example.org");
  EXPECT_EQ(known.status, 403U);
  EXPECT_EQ(known.slug(), "/problems/link-refused");
  EXPECT_EQ(known.raw.body, unknown.raw.body);
  EXPECT_EQ(known.raw.headers.size(), unknown.raw.headers.size());
}

TEST_F(RecoveryApi, B07_refuses_members_nobody_asked_for) {
  struct Case {
    const char* path;
    const char* body;
  };
  for (const auto& [path, rest] : {
           Case{"/v1/password/forgot", R"("email":"alice@example.org")"},
           Case{"/v1/password/reset", R"("token":"x","password":"seven copper violins")"},
           Case{"/v1/password/reset/check", R"("token":"x")"},
           Case{"/v1/email/verify", R"("token":"x")"},
           Case{"/v1/email/change", R"("token":"x")"},
           Case{"/v1/email/restore", R"("token":"x")"},
           Case{"/v1/invite/check", R"("token":"x")"},
           Case{"/v1/invite/accept", R"("token":"x","username":"carol","password":"seven copper violins")"},
       }) {
    for (const char* member : {"roles", "role", "email_verified", "is_admin", "account", "id", "link", "base_url"}) {
      const auto reply = api_.send(http::Method::post, path, {{"Content-Type", "application/json"}},
                                   std::string("{") + rest + ",\"" + member + "\":\"admin\"}");
      EXPECT_EQ(reply.status, 400U) << path;
      EXPECT_EQ(reply.fields(), member) << path;
    }
  }
}

TEST_F(RecoveryApi, a_reset_takes_a_token_or_a_code_with_its_address_and_never_both) {
  const auto fields = [&](const char* body) {
    return api_.send(http::Method::post, "/v1/password/reset", {{"Content-Type", "application/json"}}, body).fields();
  };
  EXPECT_EQ(fields(R"({"password":"seven copper violins"})"), "token");
  EXPECT_EQ(fields(R"({"token":"x","email":"a@x.example","code":"y","password":"seven copper violins"})"), "token");
  EXPECT_EQ(fields(R"({"email":"a@x.example","password":"seven copper violins"})"), "token");
  EXPECT_EQ(fields(R"({"token":["x"],"password":"seven copper violins"})"), "token");
}

TEST_F(RecoveryApi, verifies_the_address_with_the_link_or_signed_in_with_the_code) {
  ASSERT_EQ(api_.register_as("bobby").status, 201U);
  const auto mail = mails().at(0);
  const auto code = std::string(api_.one_time_tokens.code(TokenPurpose::verify_email, mail.reference).expose());
  EXPECT_EQ(api_.post("/v1/email/verify", {{"code", code}}).status, 401U);
  const auto bob = ApiStack::bearer(api_.login_as("bobby"));
  EXPECT_FALSE(api_.get("/v1/me", bob).json().at("email_verified").as_bool());
  EXPECT_EQ(api_.post("/v1/email/verify", {{"code", "0000-0000"}}, bob).slug(), "/problems/link-refused");
  EXPECT_EQ(api_.post("/v1/email/verify", {{"code", code}}, bob).status, 204U);
  EXPECT_TRUE(api_.get("/v1/me", bob).json().at("email_verified").as_bool());
  EXPECT_EQ(api_.post("/v1/email/verify", {{"token", token(TokenPurpose::verify_email, mail)}}).status, 403U);
  EXPECT_EQ(api_.send(http::Method::post, "/v1/email/verification", bob).status, 202U);
  EXPECT_TRUE(mails().empty()) << "nothing left to verify";
}

TEST_F(RecoveryApi, the_code_of_the_new_mailbox_changes_the_address_for_who_is_signed_in) {
  const auto alice = ApiStack::bearer(api_.login_as("alice"));
  ASSERT_EQ(
      api_.post("/v1/me/email", {{"email", "new@example.org"}, {"password", IdentityStack::kPassword}}, alice).status,
      202U);
  const auto code =
      std::string(api_.one_time_tokens.code(TokenPurpose::change_email, mails().at(0).reference).expose());
  EXPECT_EQ(api_.post("/v1/email/change", {{"code", code}}).status, 401U);
  EXPECT_EQ(api_.post("/v1/email/change", {{"code", code}, {"token", "x"}}, alice).fields(), "token");
  EXPECT_EQ(api_.post("/v1/email/change", {{"code", "AAAA-AAAA"}}, alice).status, 403U);
  EXPECT_EQ(api_.post("/v1/email/change", {{"code", code}}, alice).status, 204U);
  EXPECT_EQ(api_.get("/v1/me", alice).text("email"), "new@example.org");
}

TEST_F(RecoveryApi, changes_the_address_by_the_new_mailbox_and_puts_it_back_by_the_old) {
  const auto alice = ApiStack::bearer(api_.login_as("alice"));
  EXPECT_EQ(api_.post("/v1/me/email", {{"email", "new@example.org"}, {"password", IdentityStack::kPassword}}).status,
            401U);
  EXPECT_EQ(api_.post("/v1/me/email", {{"email", "new@example.org"}, {"password", "a wrong word 4711"}}, alice).slug(),
            "/problems/wrong-password");
  EXPECT_EQ(
      api_.post("/v1/me/email", {{"email", "new@example.org"}, {"password", IdentityStack::kPassword}}, alice).status,
      202U);
  const auto link = token(TokenPurpose::change_email, mails().at(0));
  EXPECT_EQ(api_.get("/v1/me", alice).text("email"), "alice@example.org");
  EXPECT_EQ(api_.post("/v1/email/change", {{"token", link}}).status, 204U);
  EXPECT_EQ(api_.get("/v1/me", alice).text("email"), "new@example.org");
  EXPECT_EQ(api_.post("/v1/email/change", {{"token", link}}).status, 403U);
  const auto back = token(TokenPurpose::restore_email, mails().at(0));
  EXPECT_EQ(api_.post("/v1/email/restore", {{"token", back}}).status, 204U);
  EXPECT_EQ(api_.get("/v1/me", alice).status, 401U) << "every session has ended";
}

TEST_F(RecoveryApi, administrators_invite_list_and_withdraw_and_nobody_else) {
  const boost::json::object body{{"email", "carol@example.org"}, {"roles", {"auditor"}}};
  EXPECT_EQ(api_.post("/v1/admin/invites", body).status, 401U);
  EXPECT_EQ(api_.post("/v1/admin/invites", body, ApiStack::bearer(api_.login_as("alice"))).status, 403U);
  const auto admin = api_.admin();
  (void)mails();
  const auto made = api_.post("/v1/admin/invites", body, admin);
  ASSERT_EQ(made.status, 201U);
  EXPECT_EQ(made.text("email"), "carol@example.org");
  const auto link = token(TokenPurpose::invite, mails().at(0));
  const auto listed = api_.get("/v1/admin/invites", admin).json().at("invites").as_array();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(api_.get("/v1/admin/invites?limit=0", admin).fields(), "limit");
  EXPECT_EQ(api_.get("/v1/admin/invites?cursor=x", admin).fields(), "cursor");
  EXPECT_EQ(api_.post("/v1/admin/invites", {{"email", "d@example.org"}, {"roles", {"owner"}}}, admin).fields(),
            "roles");
  EXPECT_EQ(api_.post("/v1/invite/check", {{"token", link}}).status, 204U);

  const auto accepted =
      api_.post("/v1/invite/accept", {{"token", link}, {"username", "carol"}, {"password", "seven copper violins"}});
  ASSERT_EQ(accepted.status, 201U);
  EXPECT_TRUE(accepted.json().at("email_verified").as_bool());
  EXPECT_EQ(accepted.json().at("roles").as_array().at(0).as_string(), "auditor");
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/admin/invites/" + made.text("id"), admin).status, 404U);
  const auto other = api_.post("/v1/admin/invites", {{"email", "e@example.org"}, {"roles", {"member"}}}, admin);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/admin/invites/" + other.text("id"), admin).status, 204U);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/admin/invites/not-an-id", admin).status, 404U);
}

}  // namespace
}  // namespace gatehouse::identity
