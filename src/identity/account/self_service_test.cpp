#include "identity/account/self_service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "identity/account/display_name.hpp"
#include "identity/account/identity_fixture.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::string_view kNewPassword = "seven copper violins 9";

class SelfServiceTest : public ::testing::Test {
 protected:
  IdentityStack stack_;
  Account alice_ = stack_.register_account("alice");
  SessionTokens tokens_ = *stack_.sign_in_as("alice");
  contract::Principal who_ = [&] {
    contract::Principal who;
    who.account = alice_.id;
    who.session = tokens_.session;
    return who;
  }();

  base::Result<void, Refusal> change_password(std::string_view current, std::string_view replacement) {
    PasswordChange change;
    change.current_password = base::Secret(current);
    change.new_password = base::Secret(replacement);
    return test::run_on_loop(
        stack_.self_service.change_password(who_, std::move(change), IdentityStack::caller("203.0.113.9")));
  }
  base::Result<Account, Refusal> change_profile(ProfileChange change) {
    return test::run_on_loop(stack_.self_service.change_profile(who_, std::move(change), IdentityStack::caller()));
  }
  bool is_live(const SessionTokens& tokens) {
    return test::run_on_loop(stack_.sessions.find(alice_.id, tokens.session)).has_value();
  }
};

// S05: a new password ends every other session, at the gates too, and keeps the one that changed it.
TEST_F(SelfServiceTest, S05_a_password_change_ends_every_other_session_and_keeps_this_one) {
  const auto other = stack_.sign_in_as("alice");
  const auto third = stack_.sign_in_as("alice");
  ASSERT_TRUE(other && third);
  ASSERT_TRUE(change_password(IdentityStack::kPassword, kNewPassword));
  EXPECT_TRUE(is_live(tokens_));
  EXPECT_FALSE(is_live(*other));
  EXPECT_FALSE(is_live(*third));
  EXPECT_FALSE(test::run_on_loop(stack_.sessions.refresh(other->refresh_token.expose())));
  EXPECT_TRUE(test::run_on_loop(stack_.sessions.refresh(tokens_.refresh_token.expose())));
  const auto rows = stack_.feed.rows();
  ASSERT_EQ(rows.size(), 2U);
  for (const auto& row : rows) {
    EXPECT_EQ(row.kind, contract::Revocation::Kind::session);
    EXPECT_NE(row.key, tokens_.session.bytes());
  }
  EXPECT_FALSE(stack_.sign_in_as("alice"));
  EXPECT_TRUE(stack_.sign_in_as("alice", kNewPassword));
}

TEST_F(SelfServiceTest, a_wrong_current_password_changes_nothing_and_counts_as_a_failed_sign_in) {
  const auto other = stack_.sign_in_as("alice");
  int throttled = 0;
  for (int i = 0; i < 12; ++i) {
    const auto changed = change_password("wrong wrong wrong", kNewPassword);
    ASSERT_FALSE(changed);
    throttled += changed.error().error == AccountError::throttled ? 1 : 0;
    if (i == 0) {
      EXPECT_EQ(changed.error().error, AccountError::wrong_password);
    }
  }
  EXPECT_GE(throttled, 6);
  EXPECT_TRUE(is_live(*other));
  EXPECT_TRUE(stack_.feed.rows().empty());
  EXPECT_TRUE(stack_.sign_in_as("alice"));
}

// P03, P07: a new password is held to the same rules as a first one.
TEST_F(SelfServiceTest, P07_a_new_password_is_held_to_the_rules_of_a_first_one) {
  const auto before = stack_.hashes();
  for (const std::string& password : {std::string("short"), std::string(10'000, 'x')}) {
    const auto changed = change_password(IdentityStack::kPassword, password);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().fields.front().field, "new_password");
  }
  EXPECT_EQ(stack_.hashes(), before);
  const auto guessable = change_password(IdentityStack::kPassword, "password1234");
  ASSERT_FALSE(guessable);
  EXPECT_EQ(guessable.error().fields.front().field, "new_password");
  const auto same = change_password(IdentityStack::kPassword, IdentityStack::kPassword);
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().fields.front().field, "new_password");
  EXPECT_TRUE(stack_.sign_in_as("alice"));
}

// Ended means ended: a caller whose session ended after it was authenticated changes nothing any more.
TEST_F(SelfServiceTest, S04_a_session_that_has_ended_changes_neither_password_nor_profile) {
  ASSERT_TRUE(test::run_on_loop(stack_.sessions.end(tokens_.session, EndReason::sign_out)));
  const auto changed = change_password(IdentityStack::kPassword, kNewPassword);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().error, AccountError::session_ended);
  EXPECT_EQ(change_profile({.display_name = "Mallory"}).error().error, AccountError::session_ended);
  EXPECT_TRUE(stack_.sign_in_as("alice"));
}

TEST_F(SelfServiceTest, of_two_parallel_password_changes_one_wins) {
  std::atomic<int> won{0};
  test::run_together(2, [&](std::size_t i) -> boost::asio::awaitable<void> {
    PasswordChange change;
    change.current_password = base::Secret(IdentityStack::kPassword);
    change.new_password = base::Secret("seven copper violins " + std::to_string(i));
    const auto done = co_await stack_.self_service.change_password(who_, std::move(change), IdentityStack::caller());
    if (done) ++won;
  });
  EXPECT_EQ(won, 1);
}

TEST_F(SelfServiceTest, changes_the_display_name_without_a_password) {
  const auto account = change_profile({.display_name = "Alice 😀"});
  ASSERT_TRUE(account);
  EXPECT_EQ(account->profile.display_name, "Alice 😀");
  EXPECT_EQ(account->profile.email, "alice@example.org");
  EXPECT_EQ(test::run_on_loop(stack_.self_service.show(who_))->profile.display_name, "Alice 😀");
}

TEST_F(SelfServiceTest, the_language_of_letters_is_chosen_kept_and_given_back) {
  EXPECT_EQ(change_profile({.language = "de"})->profile.language, "de");
  const auto named = change_profile({.display_name = "Alice"});
  EXPECT_EQ(named->profile.language, "de");
  EXPECT_EQ(named->profile.display_name, "Alice");
  EXPECT_EQ(change_profile({.language = "pt-br"})->profile.language, "pt-br");
  for (const char* text : {"d", "DE", "de_AT", "../en", "d e", "thirteen-long", "\xC3\xA9n"}) {
    const auto refused = change_profile({.language = text});
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().fields.front().field, "language");
  }
  EXPECT_EQ(change_profile({.language = ""})->profile.language, "");
}

TEST_F(SelfServiceTest, asks_for_the_password_before_a_name_that_one_signs_in_with_changes) {
  const auto without = change_profile({.username = "alicia"});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().fields.front().field, "current_password");
  ProfileChange wrong{.username = "alicia"};
  wrong.current_password = base::Secret(std::string_view("wrong wrong wrong"));
  EXPECT_EQ(change_profile(std::move(wrong)).error().error, AccountError::wrong_password);
  (void)stack_.mails();
  ProfileChange right{.username = "Alicia"};
  right.current_password = base::Secret(IdentityStack::kPassword);
  const auto account = change_profile(std::move(right));
  ASSERT_TRUE(account);
  EXPECT_EQ(account->username, "alicia");
  EXPECT_EQ(stack_.mails(), (std::vector{MailJob{MailKind::username_changed, who_.account, {}}}))
      << "its owner is told";
  EXPECT_TRUE(stack_.sign_in_as("alicia"));
  EXPECT_FALSE(stack_.sign_in_as("alice"));
}

TEST_F(SelfServiceTest, refuses_a_name_of_another_account) {
  stack_.register_account("bob");
  ProfileChange change{.username = "BOB"};
  change.current_password = base::Secret(IdentityStack::kPassword);
  EXPECT_EQ(change_profile(std::move(change)).error().error, AccountError::name_taken);
  EXPECT_EQ(test::run_on_loop(stack_.self_service.show(who_))->username, "alice");
}

// S05: whoever reads the mailbox without leave must not undo the owner's change of the password.
TEST_F(SelfServiceTest, S05_a_changed_password_closes_what_was_mailed_before_and_is_told) {
  const MailProof reset{.id = base::Uuid::random(stack_.random),
                        .account = who_.account,
                        .purpose = ProofPurpose::reset_password,
                        .email_index = "index",
                        .created_at = stack_.clock.now(),
                        .expires_at = stack_.clock.now() + std::chrono::minutes(30)};
  stack_.database.write_blocking([&](db::Transaction& tx) { return stack_.proofs.add(tx, reset), true; });
  (void)stack_.mails();
  const auto changed = test::run_on_loop(stack_.self_service.change_password(
      who_, {base::Secret(IdentityStack::kPassword), base::Secret(std::string_view("seven copper violins"))},
      IdentityStack::caller()));
  ASSERT_TRUE(changed);
  EXPECT_FALSE(stack_.database.write_blocking([&](db::Transaction& tx) {
    return stack_.proofs.consume(tx, reset.id, ProofPurpose::reset_password, stack_.clock.now());
  }));
  EXPECT_EQ(stack_.mails(), (std::vector{MailJob{MailKind::password_changed, who_.account, {}}}));
}

// L01: what is shown to others holds nothing that breaks out of its line or turns it round.
TEST(DisplayName, L01_refuses_control_characters_and_direction_marks) {
  EXPECT_EQ(prepare_display_name("Ana M\xC3\xBCller"), "Ana M\xC3\xBCller");
  EXPECT_EQ(prepare_display_name(""), "");
  EXPECT_TRUE(prepare_display_name(std::string(64, 'x')));
  for (const char* name : {"a\nb", "a\rb", "\x1B[31mred", "a\x7F", "a\xC2\x85 b", "a\u2028b", "a\u202Eb", "a\u2066b",
                           "a\u200Bb", "\xFF"}) {
    EXPECT_FALSE(prepare_display_name(name)) << name;
  }
  EXPECT_FALSE(prepare_display_name(std::string_view("a\0b", 3)));
  EXPECT_FALSE(prepare_display_name(std::string(65, 'x')));
}

}  // namespace
}  // namespace gatehouse::identity
