#include <gtest/gtest.h>

#include <string>

#include "identity/api/api_fixture.hpp"
#include "identity/defence/proof_solver.hpp"

namespace gatehouse::identity {
namespace {

DefenceOptions as_shipped() {
  DefenceOptions options;
  options.work = 1'000;
  return options;
}

class DefenceApi : public ::testing::Test {
 protected:
  Reply login(const std::string& username, std::string_view password, const char* address,
              const std::string& proof = "") {
    boost::json::object body{{"username", username}, {"password", password}};
    if (!proof.empty()) body["challenge"] = proof;
    return api_.post("/v1/login", body, {}, address);
  }
  void fail_five_times(const char* address) {
    for (int i = 0; i < 5; ++i) (void)login("nobody" + std::to_string(i), "wrong wrong wrong", address);
  }
  std::string solve_for(const char* address) {
    const auto challenge = api_.send(http::Method::get, "/v1/challenge", {}, "", address);
    EXPECT_EQ(challenge.status, 200U);
    return test_only::solve(challenge.json());
  }

  ApiStack api_{as_shipped()};
};

TEST_F(DefenceApi, a_blocked_address_gets_in_with_work_and_the_right_password) {
  api_.register_account("alice");
  fail_five_times("203.0.113.9");
  const auto asked = login("alice", IdentityStack::kPassword, "203.0.113.9");
  EXPECT_EQ(asked.status, 403U);
  EXPECT_NE(asked.slug().find("challenge-required"), std::string::npos);
  const auto proof = solve_for("203.0.113.9");
  EXPECT_EQ(login("alice", IdentityStack::kPassword, "203.0.113.9", proof).status, 200U);
  EXPECT_EQ(login("alice", IdentityStack::kPassword, "203.0.113.9", proof).status, 403U) << "the same proof again";
  EXPECT_EQ(login("alice", IdentityStack::kPassword, "203.0.113.8").status, 200U);
}

TEST_F(DefenceApi, no_password_is_hashed_for_whom_work_is_asked_of) {
  api_.register_account("alice");
  fail_five_times("203.0.113.9");
  const auto before = api_.hashes();
  for (int i = 0; i < 20; ++i) (void)login("alice", "wrong wrong wrong", "203.0.113.9", "bm8gcHJvb2Y=");
  EXPECT_EQ(api_.hashes(), before);
}

TEST_F(DefenceApi, U04_known_and_unknown_names_are_asked_for_work_in_the_same_words) {
  api_.register_account("alice");
  fail_five_times("203.0.113.9");
  const auto known = login("alice", "wrong wrong wrong", "203.0.113.9");
  const auto unknown = login("nobody", "wrong wrong wrong", "203.0.113.9");
  EXPECT_EQ(known.status, unknown.status);
  EXPECT_EQ(known.raw.body, unknown.raw.body);
  EXPECT_EQ(known.raw.headers, unknown.raw.headers);
  EXPECT_EQ(known.raw.body.find("address"), std::string::npos) << "nor is the reason told";
}

TEST_F(DefenceApi, U06_whoever_locks_an_owner_out_finds_them_signed_in_on_their_own_browser) {
  api_.register_account("alice");
  const auto first = api_.login_as("alice", "cookie");
  for (int i = 0; i < 40; ++i) {
    const std::string address = "198.51.100." + std::to_string(i + 1);
    (void)login("alice", "wrong wrong wrong", address.c_str());
  }
  fail_five_times("203.0.113.9");
  const Headers own{{"Cookie", "__Host-gatehouse_device=" + *first.cookie("__Host-gatehouse_device")}};
  const boost::json::object right{{"username", "alice"}, {"password", IdentityStack::kPassword}};
  EXPECT_EQ(api_.post("/v1/login", right, {}, "203.0.113.9").status, 403U);
  EXPECT_EQ(api_.post("/v1/login", right, own, "203.0.113.9").status, 200U);
}

TEST_F(DefenceApi, a_client_that_keeps_its_tokens_itself_gets_no_cookie) {
  api_.register_account("alice");
  EXPECT_FALSE(api_.login_as("alice", "body").cookie("__Host-gatehouse_device"));
}

TEST_F(DefenceApi, registrations_from_a_blocked_address_take_work) {
  fail_five_times("203.0.113.9");
  const boost::json::object wanted{
      {"username", "newcomer"}, {"email", "newcomer@example.org"}, {"password", IdentityStack::kPassword}};
  const auto before = api_.hashes();
  EXPECT_EQ(api_.post("/v1/register", wanted, {}, "203.0.113.9").status, 403U);
  EXPECT_EQ(api_.hashes(), before);
  auto with_proof = wanted;
  with_proof["challenge"] = solve_for("203.0.113.9");
  EXPECT_EQ(api_.post("/v1/register", with_proof, {}, "203.0.113.9").status, 201U);
}

TEST_F(DefenceApi, mails_to_forgetful_people_take_work_from_a_blocked_address_whoever_they_are_for) {
  api_.register_account("alice");
  fail_five_times("203.0.113.9");
  const auto forgot = [&](const std::string& email, const std::string& proof) {
    boost::json::object body{{"email", email}};
    if (!proof.empty()) body["challenge"] = proof;
    return api_.post("/v1/password/forgot", body, {}, "203.0.113.9");
  };
  const auto known = forgot("alice@example.org", "");
  EXPECT_EQ(known.status, 403U);
  EXPECT_EQ(known.raw.body, forgot("nobody@example.org", "").raw.body);
  EXPECT_EQ(forgot("alice@example.org", solve_for("203.0.113.9")).status, 202U);
}

TEST_F(DefenceApi, an_administrator_sees_blocks_and_ends_them) {
  fail_five_times("203.0.113.9");
  fail_five_times("2001:db8:1:2::9");
  const auto listed = api_.get("/v1/admin/blocks", api_.admin());
  EXPECT_EQ(listed.status, 200U);
  EXPECT_NE(listed.raw.body.find("203.0.113.9"), std::string::npos);
  EXPECT_NE(listed.raw.body.find("2001:db8:1:2::"), std::string::npos);
  const auto end = [&](const std::string& address) {
    return api_.send(http::Method::delete_, "/v1/admin/blocks/" + address, api_.admin()).status;
  };
  EXPECT_EQ(end("203.0.113.9"), 204U);
  EXPECT_EQ(end("203.0.113.9"), 404U);
  EXPECT_EQ(end("2001%3Adb8%3A1%3A2%3A%3A"), 204U) << "as a browser encodes it";
  EXPECT_EQ(end("no-address"), 404U);
  EXPECT_EQ(login("nobody", "wrong wrong wrong", "203.0.113.9").status, 401U);
}

TEST_F(DefenceApi, blocks_are_for_those_who_may) {
  api_.register_account("alice");
  const auto member = ApiStack::bearer(api_.login_as("alice"));
  EXPECT_EQ(api_.get("/v1/admin/blocks", member).status, 403U);
  EXPECT_EQ(api_.send(http::Method::delete_, "/v1/admin/blocks/203.0.113.9", member).status, 403U);
  EXPECT_EQ(api_.get("/v1/admin/blocks").status, 401U);
}

}  // namespace
}  // namespace gatehouse::identity
