#include "identity/recovery/invites.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "identity/recovery/recovery_fixture.hpp"

namespace gatehouse::identity {
namespace {

class InvitesTest : public ::testing::Test {
 protected:
  RecoveryStack stack_;

  base::Result<Invite, Refusal> invite(const std::string& email, std::vector<std::string> roles = {"auditor"}) {
    return test::run_on_loop(stack_.invites.create(email, std::move(roles), IdentityStack::caller()));
  }
  // An invite to carol; its token.
  std::string invited() {
    EXPECT_TRUE(invite("carol@example.org"));
    const auto mails = stack_.mails();
    EXPECT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails.front().kind, MailKind::invite);
    return stack_.token(TokenPurpose::invite, mails.front());
  }
  base::Result<Account, Refusal> accept(const std::string& token, const std::string& username = "carol",
                                        const std::string& language = "") {
    return test::run_on_loop(stack_.invites.accept(
        {base::Secret(token), username, base::Secret(RecoveryStack::kNewPassword), language}, IdentityStack::caller()));
  }
  std::size_t open() { return test::run_on_loop(stack_.invites.page(std::nullopt, 50)).invites.size(); }
};

TEST_F(InvitesTest, accepting_makes_an_account_with_the_roles_and_a_proven_address) {
  const auto token = invited();
  EXPECT_TRUE(test::run_on_loop(stack_.invites.is_open(base::Secret(token))));
  const auto account = accept(token);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->roles, std::vector<std::string>{"auditor"});
  EXPECT_TRUE(account->email_verified);
  EXPECT_EQ(account->profile.email, "carol@example.org");
  EXPECT_EQ(stack_.vault.open(stack_.load(account->id)).email, "carol@example.org");
  EXPECT_TRUE(stack_.sign_in_by_email("carol@example.org", RecoveryStack::kNewPassword));
  EXPECT_FALSE(test::run_on_loop(stack_.invites.is_open(base::Secret(token))));
  EXPECT_EQ(open(), 0U);
}

TEST_F(InvitesTest, letters_come_in_the_language_of_the_page_on_which_it_was_accepted) {
  const auto token = invited();
  EXPECT_EQ(accept(token, "carol", "no language").error().fields.front().field, "language");
  const auto account = accept(token, "carol", "de");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->profile.language, "de");
  const auto profile = stack_.vault.open(stack_.load(account->id));
  EXPECT_EQ(profile.language, "de");
  EXPECT_EQ(profile.email, "carol@example.org");
}

TEST_F(InvitesTest, X03_is_good_once_also_for_twenty_at_a_time) {
  const auto token = invited();
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      if (accept(token, "racer" + std::to_string(i))) ++won;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(accept(token, "late").error().error, AccountError::link_refused);
}

TEST_F(InvitesTest, a_taken_username_or_weak_password_leaves_the_invite_open) {
  stack_.register_account("carol");
  (void)stack_.mails();
  EXPECT_TRUE(invite("c@example.org"));
  const auto token = stack_.token(TokenPurpose::invite, stack_.mails().front());
  EXPECT_EQ(accept(token, "carol").error().error, AccountError::name_taken);
  EXPECT_EQ(accept(token, "").error().fields.front().field, "username");
  const auto weak = test::run_on_loop(stack_.invites.accept(
      {base::Secret(token), "caroline", base::Secret(std::string_view("caroline1234"))}, IdentityStack::caller()));
  EXPECT_EQ(weak.error().fields.front().field, "password");
  EXPECT_TRUE(accept(token, "caroline"));
}

TEST_F(InvitesTest, expires_after_seven_days_and_makes_room_for_another) {
  const auto token = invited();
  stack_.clock.advance(kInviteLifetime);
  EXPECT_EQ(accept(token).error().error, AccountError::link_refused);
  EXPECT_EQ(open(), 0U);
  EXPECT_TRUE(invite("carol@example.org"));
  EXPECT_EQ(open(), 1U);
}

TEST_F(InvitesTest, withdrawn_is_dead) {
  const auto token = invited();
  const auto page = test::run_on_loop(stack_.invites.page(std::nullopt, 50));
  ASSERT_EQ(page.invites.size(), 1U);
  EXPECT_EQ(page.invites.front().email, "carol@example.org");
  const auto id = page.invites.front().id;
  EXPECT_TRUE(test::run_on_loop(stack_.invites.withdraw(id, IdentityStack::caller())));
  EXPECT_EQ(test::run_on_loop(stack_.invites.withdraw(id, IdentityStack::caller())).error().error,
            AccountError::not_found);
  EXPECT_EQ(accept(token).error().error, AccountError::link_refused);
}

TEST_F(InvitesTest, B07_stays_open_for_whom_its_roles_grant_more_than_their_own) {
  const auto token = invited();
  const auto id = test::run_on_loop(stack_.invites.page(std::nullopt, 50)).invites.front().id;
  auto member = IdentityStack::caller();
  member.roles = {"member"};
  EXPECT_EQ(test::run_on_loop(stack_.invites.withdraw(id, member)).error().error, AccountError::beyond_own);
  EXPECT_TRUE(test::run_on_loop(stack_.invites.is_open(base::Secret(token))));
  EXPECT_TRUE(accept(token));
}

// An administrator who expects to be removed invites a second mailbox of their own.
TEST_F(InvitesTest, B07_is_void_once_who_invited_no_longer_has_what_it_gives) {
  const auto giver = stack_.register_account("theadmin");
  const auto set_roles = [&](std::vector<std::string> roles) {
    EXPECT_TRUE(
        test::run_on_loop(stack_.administration.set_roles(giver.id, std::move(roles), IdentityStack::caller())));
  };
  const auto invite_by_giver = [&](const std::string& email) {
    auto caller = IdentityStack::caller();
    caller.account = giver.id;
    (void)stack_.mails();
    EXPECT_TRUE(test::run_on_loop(stack_.invites.create(email, {"admin"}, caller)));
    return stack_.token(TokenPurpose::invite, stack_.mails().front());
  };
  set_roles({"admin"});
  const auto first = invite_by_giver("first@example.org");
  const auto second = invite_by_giver("second@example.org");
  EXPECT_TRUE(accept(first, "first"));
  set_roles({"member"});
  EXPECT_EQ(accept(second, "second").error().error, AccountError::link_refused);
  set_roles({"admin"});
  ASSERT_TRUE(test::run_on_loop(stack_.administration.disable(giver.id, IdentityStack::caller())));
  EXPECT_EQ(accept(second, "second").error().error, AccountError::link_refused);
  ASSERT_TRUE(test::run_on_loop(stack_.administration.enable(giver.id, IdentityStack::caller())));
  EXPECT_TRUE(accept(second, "second"));
}

TEST_F(InvitesTest, refuses_unknown_roles_malformed_addresses_and_those_that_are_taken) {
  EXPECT_EQ(invite("carol@example.org", {"owner"}).error().fields.front().field, "roles");
  EXPECT_EQ(invite("a@x.example,b@y.example").error().fields.front().field, "email");
  stack_.register_account("alice");
  EXPECT_EQ(invite("ALICE@example.org").error().error, AccountError::name_taken);
  EXPECT_TRUE(invite("carol@example.org"));
  EXPECT_EQ(invite("Carol@example.org").error().error, AccountError::name_taken);
}

TEST_F(InvitesTest, pages_in_the_order_of_their_making) {
  for (const char* email : {"a@example.org", "b@example.org", "c@example.org"}) {
    EXPECT_TRUE(invite(email));
    stack_.clock.advance(std::chrono::seconds(1));
  }
  const auto first = test::run_on_loop(stack_.invites.page(std::nullopt, 2));
  ASSERT_EQ(first.invites.size(), 2U);
  EXPECT_EQ(first.invites[0].email, "a@example.org");
  ASSERT_TRUE(first.next);
  const auto second = test::run_on_loop(stack_.invites.page(first.next, 2));
  ASSERT_EQ(second.invites.size(), 1U);
  EXPECT_EQ(second.invites[0].email, "c@example.org");
  EXPECT_FALSE(second.next);
}

// L02: what lies there is sealed.
TEST_F(InvitesTest, L02_an_open_invite_holds_the_address_only_sealed) {
  EXPECT_TRUE(invite("canary.person@example.org"));
  const auto row = stack_.database.read_blocking([](db::Transaction& tx) {
    return tx.query_one("SELECT profile_sealed FROM invite", {}, [](const db::Row& r) { return r.blob(0); });
  });
  EXPECT_EQ(row->find("canary"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::identity
