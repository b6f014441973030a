#include "identity/account/administration.hpp"

#include <gtest/gtest.h>

#include <string>

#include "identity/account/identity_fixture.hpp"

namespace gatehouse::identity {
namespace {

using Kind = contract::Revocation::Kind;

class AdministrationTest : public ::testing::Test {
 protected:
  IdentityStack stack_;
  Account alice_ = stack_.register_account("alice");

  std::int64_t epoch() {
    return stack_.database.read_blocking([&](db::Transaction& tx) { return stack_.store.find(tx, alice_.id); })->epoch;
  }
  std::vector<contract::Revocation> log_of_database() {
    return stack_.database.read_blocking(
        [&](db::Transaction& tx) { return stack_.revocations.live_since(tx, 0, stack_.clock.now()); });
  }
};

TEST_F(AdministrationTest, disabling_ends_every_session_and_voids_every_token) {
  const auto first = stack_.sign_in_as("alice");
  const auto second = stack_.sign_in_as("alice");
  ASSERT_TRUE(first && second);
  const auto disabled = test::run_on_loop(stack_.administration.disable(alice_.id, IdentityStack::caller()));
  ASSERT_TRUE(disabled);
  EXPECT_EQ(disabled->state, AccountState::disabled);
  EXPECT_TRUE(test::run_on_loop(stack_.sessions.list(alice_.id)).empty());
  EXPECT_FALSE(test::run_on_loop(stack_.sessions.refresh(first->refresh_token.expose())));
  EXPECT_FALSE(stack_.sign_in_as("alice"));
  const auto rows = stack_.feed.rows();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.back().kind, Kind::account);
  EXPECT_EQ(rows.back().key, alice_.id.bytes());
  EXPECT_EQ(rows.back().min_epoch, epoch());
  // What was published is what the log holds: a gate that starts later learns the same.
  EXPECT_EQ(log_of_database().size(), 3U);
  EXPECT_TRUE(stack_.log.contains("account_disabled"));

  ASSERT_TRUE(test::run_on_loop(stack_.administration.enable(alice_.id, IdentityStack::caller())));
  EXPECT_TRUE(stack_.sign_in_as("alice"));
  EXPECT_FALSE(test::run_on_loop(stack_.sessions.refresh(second->refresh_token.expose())));
}

TEST_F(AdministrationTest, new_roles_void_older_tokens_and_keep_the_session) {
  const auto tokens = stack_.sign_in_as("alice");
  const auto changed =
      test::run_on_loop(stack_.administration.set_roles(alice_.id, {"member", "auditor"}, IdentityStack::caller()));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->roles, (std::vector<std::string>{"auditor", "member"}));
  const auto rows = stack_.feed.rows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().kind, Kind::account);
  EXPECT_EQ(rows.front().min_epoch, 2);
  EXPECT_EQ(epoch(), 2);
  EXPECT_TRUE(test::run_on_loop(stack_.sessions.refresh(tokens->refresh_token.expose())));
}

TEST_F(AdministrationTest, a_role_that_does_not_exist_is_refused_and_nothing_changes) {
  const auto changed =
      test::run_on_loop(stack_.administration.set_roles(alice_.id, {"member", "root"}, IdentityStack::caller()));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().error, AccountError::invalid_input);
  EXPECT_EQ(changed.error().fields.front().field, "roles");
  EXPECT_EQ(epoch(), 1);
  EXPECT_TRUE(stack_.feed.rows().empty());
}

TEST_F(AdministrationTest, ending_the_sessions_of_an_account_leaves_it_active) {
  const auto tokens = stack_.sign_in_as("alice");
  ASSERT_TRUE(test::run_on_loop(stack_.administration.end_sessions(alice_.id, IdentityStack::caller())));
  EXPECT_FALSE(test::run_on_loop(stack_.sessions.refresh(tokens->refresh_token.expose())));
  EXPECT_TRUE(stack_.sign_in_as("alice"));
}

TEST_F(AdministrationTest, an_unknown_account_is_not_found_by_any_step) {
  const contract::AccountId nobody(base::Uuid::random(stack_.random));
  const auto caller = IdentityStack::caller();
  EXPECT_EQ(test::run_on_loop(stack_.administration.show(nobody)).error().error, AccountError::not_found);
  EXPECT_EQ(test::run_on_loop(stack_.administration.disable(nobody, caller)).error().error, AccountError::not_found);
  EXPECT_EQ(test::run_on_loop(stack_.administration.enable(nobody, caller)).error().error, AccountError::not_found);
  EXPECT_EQ(test::run_on_loop(stack_.administration.end_sessions(nobody, caller)).error().error,
            AccountError::not_found);
  EXPECT_EQ(test::run_on_loop(stack_.administration.set_roles(nobody, {"member"}, caller)).error().error,
            AccountError::not_found);
  EXPECT_TRUE(log_of_database().empty());
}

TEST_F(AdministrationTest, pages_through_all_accounts_without_gap_or_repetition) {
  for (int i = 0; i < 9; ++i) {
    stack_.clock.advance(std::chrono::milliseconds(5));
    stack_.register_account("user" + std::to_string(i));
  }
  std::vector<std::string> seen;
  AccountFilter filter{.limit = 3};
  for (;;) {
    const auto page = test::run_on_loop(stack_.administration.page(filter));
    EXPECT_LE(page.accounts.size(), 3U);
    for (const auto& account : page.accounts) seen.push_back(account.username);
    if (!page.next) break;
    filter.after = page.next;
  }
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(seen.front(), "alice");
  EXPECT_EQ(seen.back(), "user8");
}

TEST_F(AdministrationTest, finds_by_exact_address_and_by_username_only) {
  const auto find = [&](const char* email) {
    return test::run_on_loop(stack_.administration.find_by_email(email)).accounts.size();
  };
  EXPECT_EQ(find("ALICE@example.org"), 1U);
  EXPECT_EQ(find("alice@example"), 0U);
  EXPECT_EQ(find("%@example.org"), 0U);
  EXPECT_EQ(find(""), 0U);
  const auto by_name =
      stack_.database.read_blocking([&](db::Transaction& tx) { return stack_.steps.find_by_username(tx, "Alice"); });
  ASSERT_TRUE(by_name);
  EXPECT_EQ(by_name->id, alice_.id);
}

}  // namespace
}  // namespace gatehouse::identity
