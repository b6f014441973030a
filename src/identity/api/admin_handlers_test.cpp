#include <gtest/gtest.h>

#include <string>

#include "identity/api/api_fixture.hpp"
#include "identity/api/cursor.hpp"

namespace gatehouse::identity {
namespace {

class AdminApi : public ::testing::Test {
 protected:
  ApiStack api_;
  Account alice_ = api_.register_account("alice");
  Headers admin_ = api_.admin();

  std::string path(const char* step = "") const { return "/v1/admin/accounts/" + alice_.id.to_string() + step; }
  Reply set_roles(const char* body) {
    Headers headers = admin_;
    headers.emplace_back("Content-Type", "application/json");
    return api_.send(http::Method::put, path("/roles"), headers, body);
  }
};

// A change of roles takes effect at every gate at once; refreshing brings the new ones.
TEST_F(AdminApi, new_roles_void_the_older_token_at_once_and_refresh_brings_them) {
  const auto login = api_.login_as("alice");
  EXPECT_EQ(api_.get("/v1/admin/accounts", ApiStack::bearer(login)).status, 403U);
  ASSERT_EQ(set_roles(R"({"roles":["member","auditor"]})").status, 200U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).status, 401U);
  const auto refreshed = api_.post("/v1/refresh", {{"refresh_token", login.text("refresh_token")}});
  ASSERT_EQ(refreshed.status, 200U);
  const auto strong = api_.strong_bearer(alice_);
  EXPECT_EQ(api_.get("/v1/admin/accounts", strong).status, 200U);
  // And taking them away works the same way.
  ASSERT_EQ(set_roles(R"({"roles":["member"]})").status, 200U);
  EXPECT_EQ(api_.get("/v1/admin/accounts", strong).status, 401U);
}

TEST_F(AdminApi, B07_roles_must_be_a_list_of_roles_that_exist) {
  for (const char* body :
       {R"({"roles":["root"]})", R"({"roles":"admin"})", R"({"roles":[1]})", R"({})", R"({"roles":[["admin"]]})"}) {
    const auto reply = set_roles(body);
    EXPECT_EQ(reply.status, 400U) << body;
    EXPECT_EQ(reply.fields(), "roles") << body;
  }
  EXPECT_EQ(set_roles(R"({"roles":["member"],"state":"active"})").fields(), "state");
}

TEST_F(AdminApi, disabling_refuses_tokens_refresh_and_sign_in_at_once) {
  const auto login = api_.login_as("alice");
  const auto disabled = api_.send(http::Method::post, path("/disable"), admin_);
  EXPECT_EQ(disabled.status, 200U);
  EXPECT_EQ(disabled.text("state"), "disabled");
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).status, 401U);
  EXPECT_EQ(api_.post("/v1/refresh", {{"refresh_token", login.text("refresh_token")}}).status, 401U);
  EXPECT_EQ(api_.login_as("alice").status, 401U);
  EXPECT_EQ(api_.send(http::Method::post, path("/enable"), admin_).text("state"), "active");
  EXPECT_EQ(api_.login_as("alice").status, 200U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).status, 401U);
}

TEST_F(AdminApi, ends_all_sessions_of_an_account) {
  const auto login = api_.login_as("alice");
  EXPECT_EQ(api_.send(http::Method::post, path("/end-sessions"), admin_).status, 200U);
  EXPECT_EQ(api_.get("/v1/me", ApiStack::bearer(login)).status, 401U);
  EXPECT_EQ(api_.login_as("alice").status, 200U);
}

TEST_F(AdminApi, unknown_and_malformed_ids_are_not_found) {
  for (const char* id : {"00000000-0000-7000-8000-000000000000", "x", "1 OR 1=1", "'", "%00"}) {
    const std::string base = std::string("/v1/admin/accounts/") + id;
    EXPECT_EQ(api_.get(base, admin_).status, 404U) << id;
    EXPECT_EQ(api_.send(http::Method::post, base + "/disable", admin_).status, 404U) << id;
  }
}

TEST_F(AdminApi, pages_and_searches) {
  for (int i = 0; i < 4; ++i) {
    api_.clock.advance(std::chrono::milliseconds(5));
    api_.register_account("user" + std::to_string(i));
  }
  std::string target = "/v1/admin/accounts?limit=4";
  const auto first = api_.get(target, admin_);
  ASSERT_EQ(first.status, 200U);
  EXPECT_EQ(first.json().at("accounts").as_array().size(), 4U);
  const auto second = api_.get(target + "&cursor=" + first.text("next"), admin_);
  EXPECT_EQ(second.json().at("accounts").as_array().size(), 2U);
  EXPECT_EQ(second.text("next"), "");
  const auto count = [&](const char* query) {
    return api_.get(std::string("/v1/admin/accounts?") + query, admin_).json().at("accounts").as_array().size();
  };
  EXPECT_EQ(count("username_prefix=user"), 4U);
  EXPECT_EQ(count("username_prefix=USER3"), 1U);
  EXPECT_EQ(count("username_prefix=%25"), 0U);
}

// ASVS 14.2.1: an address stands in the body, never in a URL, which proxies write into their logs.
TEST_F(AdminApi, an_address_is_searched_for_in_a_body_alone) {
  const auto search = [&](const boost::json::object& body) {
    return api_.post("/v1/admin/accounts/search", body, admin_);
  };
  const auto found = search({{"email", "Alice@example.org"}});
  ASSERT_EQ(found.status, 200U) << found.raw.body;
  const auto accounts = found.json().at("accounts").as_array();
  ASSERT_EQ(accounts.size(), 1U);
  EXPECT_EQ(accounts[0].at("username").as_string(), "alice");
  EXPECT_EQ(found.raw.body.find("hash"), std::string::npos);
  for (const char* nobody : {"nobody@example.org", "%", "alice"}) {
    EXPECT_EQ(search({{"email", nobody}}).json().at("accounts").as_array().size(), 0U) << nobody;
  }
  EXPECT_EQ(search({}).fields(), "email");
  EXPECT_EQ(search({{"email", "alice@example.org"}, {"limit", 5}}).fields(), "limit");
  EXPECT_EQ(api_.post("/v1/admin/accounts/search", {{"email", "alice@example.org"}}, api_.strong_bearer(alice_)).status,
            403U);
  const auto in_url = api_.get("/v1/admin/accounts?email=alice%40example.org", admin_);
  EXPECT_EQ(in_url.status, 400U);
  EXPECT_EQ(in_url.fields(), "email");
}

// B05: forged cursors, absurd limits and parameters nobody knows are refused by name.
TEST_F(AdminApi, B05_refuses_forged_cursors_limits_and_unknown_parameters) {
  const struct {
    const char* query;
    const char* field;
  } cases[] = {{"limit=0", "limit"},
               {"limit=101", "limit"},
               {"limit=1000000000", "limit"},
               {"limit=-1", "limit"},
               {"limit=1e2", "limit"},
               {"limit=", "limit"},
               {"cursor=' OR 1=1 --", "cursor"},
               {"cursor=AAAAAAAAAAAAAAAAAAAAAAA", "cursor"},
               {"cursor=", "cursor"},
               {"username_prefix=", "username_prefix"},
               {"username_prefix=%00", "username_prefix"},
               {"username_prefix=%ff", "username_prefix"},
               {"username_prefix=%2", "username_prefix"},
               {"order=password_hash", "order"},
               {"%6cimit=5", "%6cimit"},
               {"limit=5&limit=6", "limit"}};
  for (const auto& [query, field] : cases) {
    const auto reply = api_.get(std::string("/v1/admin/accounts?") + query, admin_);
    EXPECT_EQ(reply.status, 400U) << query;
    EXPECT_EQ(reply.fields(), field) << query;
  }
}

TEST(Cursor, gives_back_the_id_it_was_made_from_and_nothing_else) {
  test::FakeRandom random;
  const contract::AccountId id(base::Uuid::random(random));
  const auto text = encode_cursor(id);
  EXPECT_EQ(decode_cursor(text), id);
  EXPECT_FALSE(decode_cursor(text + "A"));
  EXPECT_FALSE(decode_cursor(text.substr(1)));
  EXPECT_FALSE(decode_cursor("b" + text.substr(1)));
  EXPECT_FALSE(decode_cursor(""));
}

}  // namespace
}  // namespace gatehouse::identity
