#include <gtest/gtest.h>

#include <boost/json/value_to.hpp>
#include <set>
#include <string>

#include "identity/api/api_fixture.hpp"

namespace gatehouse::identity {
namespace {

class RoleApi : public ::testing::Test {
 protected:
  Reply put(const std::string& path, const std::string& body, Headers headers) {
    headers.emplace_back("Content-Type", "application/json");
    return api_.send(http::Method::put, path, headers, body);
  }
  Reply define(const char* role, const char* body) { return put(std::string("/v1/admin/roles/") + role, body, admin_); }
  static std::string shown(const Reply& reply, const char* role) {
    const auto json = reply.json();
    const auto* table = json.if_contains("roles");
    const auto* entry = table != nullptr ? table->as_object().if_contains(role) : nullptr;
    return entry != nullptr ? boost::json::serialize(*entry) : "none";
  }
  // Somebody with two factors and these roles.
  Headers with_roles(const char* name, std::vector<std::string> roles) {
    const auto account = api_.register_account(name);
    EXPECT_TRUE(
        test::run_on_loop(api_.administration.set_roles(account.id, std::move(roles), IdentityStack::caller())));
    return api_.strong_bearer(account);
  }

  ApiStack api_;
  Headers admin_ = api_.admin();
};

TEST_F(RoleApi, shows_what_each_role_may_do) {
  const auto reply = api_.get("/v1/admin/roles", admin_);
  ASSERT_EQ(reply.status, 200U);
  EXPECT_EQ(shown(reply, "admin"), R"(["*:*"])");
  EXPECT_EQ(shown(reply, "auditor"), R"(["account:read"])");
  EXPECT_EQ(shown(reply, "guest"), "[]");
  EXPECT_EQ(reply.text("version"), version_of(test_roles()));
  const auto asked = boost::json::serialize(reply.json().at("asked"));
  EXPECT_NE(asked.find("\"role:manage\""), std::string::npos) << asked;
  EXPECT_NE(asked.find("\"session:end:own\""), std::string::npos) << asked;
}

// What a role may do counts at once, for tokens that are out already.
TEST_F(RoleApi, a_change_counts_at_once_for_whoever_holds_the_role) {
  const auto guest = with_roles("gustav", {"guest"});
  EXPECT_EQ(api_.get("/v1/admin/accounts", guest).status, 403U);
  const auto defined = define("guest", R"({"permissions":["account:read"]})");
  ASSERT_EQ(defined.status, 200U);
  EXPECT_EQ(shown(defined, "guest"), R"(["account:read"])");
  EXPECT_EQ(api_.changes.announced, 1);
  EXPECT_EQ(api_.get("/v1/admin/accounts", guest).status, 200U);
  ASSERT_EQ(define("guest", R"({"permissions":[]})").status, 200U);
  EXPECT_EQ(api_.get("/v1/admin/accounts", guest).status, 403U);
}

TEST_F(RoleApi, a_role_is_made_and_removed_and_then_can_not_be_given) {
  ASSERT_EQ(define("clerk", R"({"permissions":["desk:open","desk:open:any"]})").status, 200U);
  const auto clerk = with_roles("clara", {"clerk"});
  const auto removed = api_.send(http::Method::delete_, "/v1/admin/roles/clerk", admin_);
  ASSERT_EQ(removed.status, 200U);
  EXPECT_EQ(shown(removed, "clerk"), "none");
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/admin/roles/clerk", admin_).status, 404U);
  const auto account = api_.register_account("bob");
  const auto refused = put("/v1/admin/accounts/" + account.id.to_string() + "/roles", R"({"roles":["clerk"]})", admin_);
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(refused.fields(), "roles");
}

TEST_F(RoleApi, all_at_once_by_the_version_that_was_seen) {
  const auto before = api_.get("/v1/admin/roles", admin_);
  auto wanted = before.json();
  wanted.erase("asked");
  wanted.erase("grantable");
  wanted["roles"].as_object()["clerk"] = boost::json::array{"desk:open"};
  wanted["roles"].as_object().erase("guest");
  const auto done = put("/v1/admin/roles", boost::json::serialize(wanted), admin_);
  ASSERT_EQ(done.status, 200U);
  EXPECT_EQ(shown(done, "clerk"), R"(["desk:open"])");
  EXPECT_EQ(shown(done, "guest"), "none");
  const auto late = put("/v1/admin/roles", boost::json::serialize(wanted), admin_);
  EXPECT_EQ(late.status, 409U);
  EXPECT_EQ(late.slug(), "/problems/changed-meanwhile");
  wanted.erase("version");
  EXPECT_EQ(put("/v1/admin/roles", boost::json::serialize(wanted), admin_).status, 200U);
}

// The answer names exactly the roles that the caller is not refused to give.
TEST_F(RoleApi, B07_the_roles_that_the_caller_may_give_are_those_that_are_called_grantable) {
  ASSERT_EQ(define("helper", R"({"permissions":["account:*","role:read","desk:open"]})").status, 200U);
  ASSERT_EQ(define("clerk", R"({"permissions":["desk:open"]})").status, 200U);
  ASSERT_EQ(define("keeper", R"({"permissions":["desk:open","role:manage"]})").status, 200U);
  const auto helper = with_roles("hanna", {"helper"});
  const auto json = api_.get("/v1/admin/roles", helper).json();
  const auto grantable = boost::json::value_to<std::set<std::string>>(json.at("grantable"));
  EXPECT_TRUE(grantable.contains("clerk") && grantable.contains("helper") && grantable.contains("guest"));
  EXPECT_FALSE(grantable.contains("keeper") || grantable.contains("admin"));
  const auto bob = api_.register_account("bob").id;
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(bob, {}, IdentityStack::caller())));
  const auto path = "/v1/admin/accounts/" + bob.to_string() + "/roles";
  for (const auto& role : json.at("roles").as_object()) {
    const std::string name(role.key());
    const auto given = put(path, R"({"roles":[")" + name + R"("]})", helper);
    EXPECT_EQ(given.status, grantable.contains(name) ? 200U : 403U) << name;
  }
  EXPECT_EQ(api_.get("/v1/admin/roles", admin_).json().at("grantable").as_array().size(),
            json.at("roles").as_object().size());
}

// B07: only who may, only what they may.
TEST_F(RoleApi, B07_only_who_may_manage_roles_and_nobody_beyond_their_own) {
  const auto auditor = with_roles("anna", {"auditor"});
  EXPECT_EQ(api_.get("/v1/admin/roles", auditor).status, 403U);
  EXPECT_EQ(put("/v1/admin/roles/auditor", R"({"permissions":["*:*"]})", auditor).status, 403U);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/admin/roles/guest", auditor).status, 403U);
  EXPECT_EQ(put("/v1/admin/roles", R"({"roles":{}})", {}).status, 401U);

  ASSERT_EQ(define("keeper", R"({"permissions":["role:manage"]})").status, 200U);
  const auto keeper = with_roles("kim", {"keeper"});
  EXPECT_EQ(api_.get("/v1/admin/roles", keeper).status, 200U);
  const auto more = put("/v1/admin/roles/keeper", R"({"permissions":["role:manage","account:manage"]})", keeper);
  EXPECT_EQ(more.status, 403U);
  EXPECT_EQ(more.slug(), "/problems/beyond-own-permissions");
  EXPECT_EQ(more.fields(), "roles");
  EXPECT_EQ(put("/v1/admin/roles/guest", R"({"permissions":["role:*"]})", keeper).status, 403U);
  EXPECT_EQ(put("/v1/admin/roles/guest", R"({"permissions":["role:manage"]})", keeper).status, 200U);
  // A sign-in with one factor is asked for a second.
  const auto weak = api_.register_account("weak");
  ASSERT_TRUE(test::run_on_loop(api_.administration.set_roles(weak.id, {"admin"}, IdentityStack::caller())));
  const auto login = api_.login_as("weak");
  EXPECT_EQ(api_.get("/v1/admin/roles", ApiStack::bearer(login)).slug(), "/problems/insufficient-user-authentication");
}

TEST_F(RoleApi, the_way_back_and_what_the_configuration_names_stay) {
  for (const auto& [role, body] : std::initializer_list<std::pair<const char*, const char*>>{
           {"admin", R"({"permissions":["account:read"]})"},
           {"admin", R"({"permissions":[]})"},
           {"member", R"({"permissions":["role:manage"]})"},
       }) {
    const auto reply = define(role, body);
    EXPECT_EQ(reply.status, 400U) << role << body;
    EXPECT_EQ(reply.fields(), "roles") << role << body;
  }
  for (const char* role : {"admin", "member"}) {
    EXPECT_EQ(api_.send(http::Method::delete_, std::string("/v1/admin/roles/") + role, admin_).status, 400U) << role;
  }
  EXPECT_EQ(put("/v1/admin/roles", R"({"roles":{}})", admin_).status, 400U);
  EXPECT_EQ(shown(api_.get("/v1/admin/roles", admin_), "admin"), R"(["*:*"])");
  EXPECT_EQ(api_.changes.announced, 0);
}

TEST_F(RoleApi, bodies_of_another_form_are_refused) {
  for (const char* body : {R"({})", R"({"permissions":"a:b"})", R"({"permissions":[1]})", R"({"permissions":["a"]})",
                           R"({"permissions":["a:b"],"x":1})"}) {
    EXPECT_EQ(define("guest", body).status, 400U) << body;
  }
  EXPECT_EQ(define("Guest", R"({"permissions":[]})").fields(), "roles");
  for (const char* body : {R"({})", R"({"roles":[]})", R"({"roles":{"admin":"*:*"}})", R"({"roles":{"admin":[1]}})",
                           R"({"roles":{"admin":["*:*"],"member":["no"]}})", R"({"roles":{},"version":1})"}) {
    EXPECT_EQ(put("/v1/admin/roles", body, admin_).status, 400U) << body;
  }
}

}  // namespace
}  // namespace gatehouse::identity
