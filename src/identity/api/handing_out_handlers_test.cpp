#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {
namespace {

constexpr const char* kBeyond = "/problems/beyond-own-permissions";

// A helpdesk that manages accounts and may do nothing else: it must not become what it looks after.
class HandingOutApi : public ::testing::Test {
 protected:
  HandingOutApi() {
    const auto defined = send(http::Method::put, "/v1/admin/roles/helpdesk",
                              R"({"permissions":["account:manage","profile:read:own","profile:write:own",)"
                              R"("session:read:own","session:end:own"]})",
                              admin_);
    EXPECT_EQ(defined.status, 200U) << defined.raw.body;
    helper_ = with_roles("helen", {"helpdesk"});
    desk_ = api_.strong_bearer(helper_);
  }

  Account with_roles(const char* name, std::vector<std::string> roles) {
    auto account = api_.register_account(name);
    EXPECT_TRUE(
        test::run_on_loop(api_.administration.set_roles(account.id, std::move(roles), IdentityStack::caller())));
    return account;
  }
  Reply send(http::Method method, const std::string& path, const std::string& body, Headers headers) {
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    return api_.send(method, path, headers, body);
  }
  static std::string path(const Account& account, const char* step = "") {
    return "/v1/admin/accounts/" + account.id.to_string() + step;
  }
  // All that can be done to an account; the last is the end of it.
  struct Act {
    http::Method method;
    const char* step;
    const char* body;
    unsigned done;
  };
  static std::vector<Act> acts() {
    return {{http::Method::put, "/roles", R"({"roles":["member"]})", 200},
            {http::Method::post, "/disable", "", 200},
            {http::Method::post, "/enable", "", 200},
            {http::Method::post, "/end-sessions", "", 200},
            {http::Method::delete_, "/factors", "", 200},
            {http::Method::delete_, "", "", 204}};
  }

  ApiStack api_;
  Headers admin_ = api_.admin();
  Account helper_;
  Headers desk_;
};

TEST_F(HandingOutApi, B07_nobody_gives_a_role_that_grants_what_they_may_not_do) {
  const auto bob = api_.register_account("bobby");
  // Reading accounts, too: who manages them is let in there by the route, and does not hold it.
  for (const char* role : {"admin", "auditor"}) {
    const std::string roles = std::string(R"({"roles":["member",")") + role + "\"]}";
    for (const auto& account : {bob, helper_}) {
      const auto refused = send(http::Method::put, path(account, "/roles"), roles, desk_);
      EXPECT_EQ(refused.status, 403U) << role;
      EXPECT_EQ(refused.slug(), kBeyond) << role;
      EXPECT_EQ(refused.fields(), "roles") << role;
    }
  }
  EXPECT_EQ(send(http::Method::put, path(bob, "/roles"), R"({"roles":["root"]})", desk_).status, 400U);
  EXPECT_EQ(send(http::Method::get, path(bob), "", admin_).json().at("roles").as_array().size(), 1U);
  EXPECT_EQ(send(http::Method::put, path(bob, "/roles"), R"({"roles":["member","helpdesk"]})", desk_).status, 200U);
}

TEST_F(HandingOutApi, B07_nobody_makes_or_invites_an_account_beyond_their_own_permissions) {
  const auto make = [&](const char* role, const Headers& who) {
    const boost::json::object body{
        {"username", "newcomer"}, {"email", "new@example.org"}, {"roles", boost::json::array{role}}};
    return api_.post("/v1/admin/accounts", body, who);
  };
  const auto invite = [&](const char* role, const Headers& who) {
    return api_.post("/v1/admin/invites", {{"email", "guest@example.org"}, {"roles", boost::json::array{role}}}, who);
  };
  EXPECT_EQ(make("admin", desk_).slug(), kBeyond);
  EXPECT_EQ(invite("admin", desk_).slug(), kBeyond);
  // Nothing was made, and nobody written to: the name and the address are free.
  EXPECT_EQ(make("member", desk_).status, 201U);
  EXPECT_EQ(invite("member", desk_).status, 201U);
}

// The invite of somebody who shall be more than oneself is not one's own to take back, either.
TEST_F(HandingOutApi, B07_nobody_withdraws_an_invite_beyond_their_own_permissions) {
  const auto invited = [&](const char* email, const char* role) {
    const auto made =
        api_.post("/v1/admin/invites", {{"email", email}, {"roles", boost::json::array{"member", role}}}, admin_);
    EXPECT_EQ(made.status, 201U) << made.raw.body;
    return "/v1/admin/invites/" + made.text("id");
  };
  const auto more = invited("chief@example.org", "admin");
  const auto refused = send(http::Method::delete_, more, "", desk_);
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(refused.slug(), kBeyond);
  EXPECT_EQ(refused.fields(), "") << "nothing was sent that could be put right";
  const auto noted = api_.denials.take(api_.clock.now());
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].actor, helper_.id.uuid());
  // It is there still: whoever holds as much withdraws it.
  EXPECT_EQ(send(http::Method::delete_, more, "", admin_).status, 204U);
  EXPECT_EQ(send(http::Method::delete_, more, "", desk_).status, 404U);
  EXPECT_EQ(send(http::Method::delete_, invited("guest@example.org", "helpdesk"), "", desk_).status, 204U);
}

// Or who resets an administrator's factors, and then the password by the mailbox, would be one.
TEST_F(HandingOutApi, B07_nobody_touches_an_account_that_may_do_more) {
  const auto chief = with_roles("chief", {"admin", "member"});
  const auto bearer = api_.strong_bearer(chief);
  for (const auto& act : acts()) {
    const auto refused = send(act.method, path(chief, act.step), act.body, desk_);
    EXPECT_EQ(refused.status, 403U) << act.step;
    EXPECT_EQ(refused.slug(), kBeyond) << act.step;
  }
  const auto noted = api_.denials.take(api_.clock.now());
  EXPECT_EQ(noted.size(), acts().size()) << "each refusal is an event of the audit log";
  for (const auto& event : noted) EXPECT_EQ(event.actor, helper_.id.uuid());
  EXPECT_EQ(api_.get("/v1/me", bearer).status, 200U);
  EXPECT_EQ(send(http::Method::get, path(chief), "", admin_).json().at("roles").as_array().size(), 2U);
}

TEST_F(HandingOutApi, whoever_holds_as_much_may_do_all_of_it) {
  const auto bob = api_.register_account("bobby");
  const auto chief = with_roles("chief", {"admin", "member"});
  for (const auto& act : acts()) {
    EXPECT_EQ(send(act.method, path(bob, act.step), act.body, desk_).status, act.done) << act.step;
    EXPECT_EQ(send(act.method, path(chief, act.step), act.body, admin_).status, act.done) << act.step;
  }
  for (const auto& act : acts()) {
    EXPECT_EQ(send(act.method, path(bob, act.step), act.body, desk_).status, 404U) << act.step;
  }
}

}  // namespace
}  // namespace gatehouse::identity
