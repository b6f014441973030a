#include <gtest/gtest.h>

#include <chrono>

#include "identity/recovery/recovery_fixture.hpp"
#include "platform/audit/event_store.hpp"

namespace gatehouse::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class EmailTest : public ::testing::Test {
 protected:
  RecoveryStack stack_;

  static AccountError error_of(const base::Result<void, Refusal>& result) { return result.error().error; }
  base::Result<void, Refusal> verify(const std::string& token) {
    return test::run_on_loop(stack_.email_verification.by_token(base::Secret(token), IdentityStack::caller()));
  }
  base::Result<void, Refusal> verify_code(const contract::Principal& who, const std::string& code) {
    return test::run_on_loop(stack_.email_verification.by_code(who, base::Secret(code), IdentityStack::caller()));
  }
  base::Result<void, Refusal> change(const contract::Principal& who, const std::string& email,
                                     std::string_view password = IdentityStack::kPassword) {
    return test::run_on_loop(
        stack_.email_change.request(who, {email, base::Secret(password)}, IdentityStack::caller()));
  }
  base::Result<void, Refusal> confirm(const std::string& token) {
    return test::run_on_loop(stack_.email_change.confirm(base::Secret(token), IdentityStack::caller()));
  }
  base::Result<void, Refusal> restore(const std::string& token) {
    return test::run_on_loop(stack_.email_change.restore(base::Secret(token), IdentityStack::caller()));
  }
  contract::Principal signed_in(const Account& account) {
    const auto tokens = stack_.sign_in_as(account.username);
    EXPECT_TRUE(tokens);
    return stack_.principal(account.id, *tokens);
  }
  std::string newest_event() {
    static constexpr std::string_view kTypes[] = {"email.changed", "email.restored"};
    const auto page = [](db::Transaction& tx) { return audit::EventStore().page(tx, {.types = kTypes}); };
    return stack_.database.read_blocking(page).at(0).type;
  }
  std::string address_of(contract::AccountId id) { return stack_.vault.open(stack_.load(id)).email; }
  // The mail's address, when it is another than the account's own.
  std::string address_in(const MailJob& mail) {
    const auto proof =
        stack_.database.read_blocking([&](db::Transaction& tx) { return stack_.proofs.find(tx, mail.reference); });
    return stack_.vault.open_address(stack_.load(mail.account), proof->id, proof->email_sealed);
  }
};

constexpr auto kVerify = TokenPurpose::verify_email;
constexpr auto kChange = TokenPurpose::change_email;
constexpr auto kRestore = TokenPurpose::restore_email;

TEST_F(EmailTest, the_link_of_the_registration_makes_the_address_the_accounts_own) {
  const auto bob = stack_.register_unproven("bob", "bob@example.org");
  const auto mail = stack_.mails().front();
  EXPECT_TRUE(verify(stack_.token(kVerify, mail)));
  EXPECT_FALSE(stack_.load(bob.id).email_index.empty());
  EXPECT_TRUE(stack_.sign_in_by_email("bob@example.org", IdentityStack::kPassword));
  EXPECT_EQ(error_of(verify(stack_.token(kVerify, mail))), AccountError::link_refused) << "once";
}

TEST_F(EmailTest, the_code_does_the_same_for_who_is_signed_in_and_is_guessed_five_times_at_most) {
  const auto bob = stack_.register_unproven("bob", "bob@example.org");
  const auto mail = stack_.mails().front();
  const auto who = signed_in(bob);
  EXPECT_EQ(error_of(verify_code(who, "0000-0000")), AccountError::link_refused);
  EXPECT_TRUE(verify_code(who, stack_.code(kVerify, mail)));

  const auto carol = stack_.register_unproven("carol", "carol@example.org");
  const auto other = stack_.mails().front();
  const auto as_carol = signed_in(carol);
  for (int i = 0; i < kMaxCodeAttempts; ++i) EXPECT_FALSE(verify_code(as_carol, "0000-0000"));
  EXPECT_EQ(error_of(verify_code(as_carol, stack_.code(kVerify, other))), AccountError::link_refused);
}

// Somebody else's code is no code of one's own.
TEST_F(EmailTest, a_code_is_of_one_account) {
  stack_.register_unproven("bob", "bob@example.org");
  const auto mail = stack_.mails().front();
  const auto mallory = stack_.register_unproven("mallory", "mallory@example.org");
  EXPECT_EQ(error_of(verify_code(signed_in(mallory), stack_.code(kVerify, mail))), AccountError::link_refused);
}

TEST_F(EmailTest, sends_the_mail_again_three_times_an_hour_and_not_when_it_is_proven) {
  const auto bob = stack_.register_unproven("bob", "bob@example.org");
  const auto who = signed_in(bob);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(test::run_on_loop(stack_.email_verification.send_again(who)));
  const auto mails = stack_.mails();
  EXPECT_EQ(mails.size(), 3U) << "that of the registration among them";
  EXPECT_TRUE(verify(stack_.token(kVerify, mails.back())));
  stack_.clock.advance(hours(1));
  EXPECT_TRUE(test::run_on_loop(stack_.email_verification.send_again(who)));
  EXPECT_TRUE(stack_.mails().empty());
}

// U04: whoever names another's address never gets a link, only its owner a mail.
TEST_F(EmailTest, U04_asking_again_for_anothers_address_mails_its_owner) {
  const auto alice = stack_.register_account("alice");
  const auto mallory = stack_.register_unproven("mallory", "alice@example.org");
  (void)stack_.mails();
  EXPECT_TRUE(test::run_on_loop(stack_.email_verification.send_again(signed_in(mallory))));
  EXPECT_EQ(stack_.mails(), (std::vector{MailJob{MailKind::address_in_use, alice.id, {}}}));
}

TEST_F(EmailTest, the_first_who_proves_an_address_has_it) {
  const auto first = stack_.register_unproven("first", "shared@example.org");
  const auto second = stack_.register_unproven("second", "shared@example.org");
  const auto mails = stack_.mails();
  EXPECT_TRUE(verify(stack_.token(kVerify, mails[1])));
  EXPECT_EQ(error_of(verify(stack_.token(kVerify, mails[0]))), AccountError::name_taken);
  EXPECT_TRUE(stack_.load(first.id).email_index.empty());
  EXPECT_FALSE(stack_.load(second.id).email_index.empty());
}

TEST_F(EmailTest, where_it_is_required_nobody_signs_in_before_the_address_is_proven) {
  SignIn requiring(stack_.sign_in_parts(), {.require_proven_email = true});
  const auto sign_in = [&](std::string_view password) {
    SignInRequest request{.identifier = "bob"};
    request.password = base::Secret(password);
    return test::run_on_loop(requiring.sign_in(std::move(request), IdentityStack::caller()));
  };
  stack_.register_unproven("bob", "bob@example.org");
  (void)stack_.mails();
  EXPECT_EQ(sign_in("a wrong word 4711").error().error, AccountError::wrong_credentials) << "not told to a stranger";
  EXPECT_TRUE(stack_.mails().empty());
  EXPECT_EQ(sign_in(IdentityStack::kPassword).error().error, AccountError::email_unverified);
  const auto mails = stack_.mails();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_TRUE(verify(stack_.token(kVerify, mails.front())));
  EXPECT_TRUE(sign_in(IdentityStack::kPassword));
}

class EmailChangeTest : public EmailTest {
 protected:
  void SetUp() override { (void)stack_.mails(); }
  // Asks for the change; the mail to the new address.
  MailJob asked(const std::string& email = "new@example.org") {
    EXPECT_TRUE(change(who_, email));
    const auto mails = stack_.mails();
    EXPECT_EQ(mails.size(), 1U);
    return mails.front();
  }
  Account alice_ = stack_.register_account("alice");
  contract::Principal who_ = signed_in(alice_);
};

TEST_F(EmailChangeTest, both_addresses_are_told_and_only_the_new_one_makes_the_change) {
  const auto mail = asked();
  EXPECT_EQ(mail.kind, MailKind::confirm_new_email);
  EXPECT_EQ(address_in(mail), "new@example.org");
  EXPECT_EQ(address_of(alice_.id), "alice@example.org") << "nothing has changed yet";
  EXPECT_TRUE(confirm(stack_.token(kChange, mail)));
  EXPECT_EQ(address_of(alice_.id), "new@example.org");
  EXPECT_TRUE(stack_.sign_in_by_email("new@example.org", IdentityStack::kPassword));
  EXPECT_FALSE(stack_.sign_in_by_email("alice@example.org", IdentityStack::kPassword));
  const auto notice = stack_.mails();
  ASSERT_EQ(notice.size(), 1U);
  EXPECT_EQ(notice.front().kind, MailKind::email_changed_notice);
  EXPECT_EQ(address_in(notice.front()), "alice@example.org");
}

TEST_F(EmailChangeTest, the_code_does_the_same_for_who_is_signed_in_and_is_guessed_five_times_at_most) {
  const auto by_code = [&](const contract::Principal& who, const std::string& code) {
    return test::run_on_loop(stack_.email_change.confirm_by_code(who, base::Secret(code), IdentityStack::caller()));
  };
  const auto bob = stack_.register_account("bob");
  (void)stack_.mails();
  const auto first = stack_.code(kChange, asked());
  EXPECT_EQ(error_of(by_code(signed_in(bob), first)), AccountError::link_refused) << "another account's";
  EXPECT_TRUE(by_code(who_, first));
  EXPECT_EQ(address_of(alice_.id), "new@example.org");
  EXPECT_EQ(error_of(by_code(who_, first)), AccountError::link_refused) << "used";

  (void)stack_.mails();
  const auto second = asked("newer@example.org");
  for (int i = 1; i < kMaxCodeAttempts; ++i) {  // the used one was a guess
    EXPECT_EQ(error_of(by_code(who_, "AAAA-AAAA")), AccountError::link_refused);
  }
  EXPECT_EQ(error_of(by_code(who_, stack_.code(kChange, second))), AccountError::link_refused);
  EXPECT_TRUE(confirm(stack_.token(kChange, second)));
}

TEST_F(EmailChangeTest, takes_the_password_and_a_well_formed_address) {
  EXPECT_EQ(error_of(change(who_, "new@example.org", "a wrong word 4711")), AccountError::wrong_password);
  for (const char* email : {"a@x.example,b@y.example", "a@b@c.example", "a@x.example\r\nBcc: b@y.example", ""}) {
    EXPECT_EQ(change(who_, email).error().fields.front().field, "email") << email;
  }
  EXPECT_EQ(change(who_, "ALICE@example.org").error().fields.front().field, "email") << "the one it has";
  EXPECT_TRUE(stack_.mails().empty());
}

// U04: the answer for an address that is another's is the same, and its owner gets the mail.
TEST_F(EmailChangeTest, U04_an_address_that_is_anothers_gets_the_same_answer) {
  const auto bob = stack_.register_account("bob");
  (void)stack_.mails();
  EXPECT_TRUE(change(who_, "bob@example.org"));
  EXPECT_EQ(stack_.mails(), (std::vector{MailJob{MailKind::address_in_use, bob.id, {}}}));
}

TEST_F(EmailChangeTest, X03_only_the_last_confirmed_counts_and_a_link_is_good_once) {
  const auto first = asked("one@example.org");
  const auto second = asked("two@example.org");
  EXPECT_TRUE(confirm(stack_.token(kChange, second)));
  EXPECT_EQ(error_of(confirm(stack_.token(kChange, second))), AccountError::link_refused);
  EXPECT_EQ(error_of(confirm(stack_.token(kChange, first))), AccountError::link_refused);
  EXPECT_EQ(address_of(alice_.id), "two@example.org");
}

TEST_F(EmailChangeTest, what_went_to_the_old_address_is_void) {
  const auto reset = stack_.forgot("alice@example.org").front();
  EXPECT_TRUE(confirm(stack_.token(kChange, asked())));
  EXPECT_EQ(error_of(stack_.reset(stack_.token(TokenPurpose::reset_password, reset))), AccountError::link_refused);
}

TEST_F(EmailChangeTest, somebody_who_proved_the_address_meanwhile_keeps_it) {
  const auto mail = asked("late@example.org");
  const auto bob = stack_.register_unproven("bob", "late@example.org");
  stack_.prove_address(bob.id);
  EXPECT_EQ(error_of(confirm(stack_.token(kChange, mail))), AccountError::name_taken);
  EXPECT_EQ(address_of(alice_.id), "alice@example.org");
}

// The owner, for 72 hours: "that wasn't me".
TEST_F(EmailChangeTest, the_old_address_puts_everything_back) {
  EXPECT_TRUE(confirm(stack_.token(kChange, asked("thief@evil.example"))));
  const auto notice = stack_.mails().front();
  stack_.clock.advance(hours(71));
  EXPECT_TRUE(restore(stack_.token(kRestore, notice)));
  EXPECT_EQ(address_of(alice_.id), "alice@example.org");
  EXPECT_EQ(newest_event(), "email.restored");
  EXPECT_FALSE(test::run_on_loop(stack_.sessions.find(alice_.id, who_.session))) << "the thief's session";
  EXPECT_FALSE(stack_.sign_in_as("alice")) << "the password that the thief knew";
  const auto mails = stack_.mails();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails.front().kind, MailKind::reset_password);
  EXPECT_TRUE(stack_.reset(stack_.token(TokenPurpose::reset_password, mails.front())));
  EXPECT_TRUE(stack_.sign_in_by_email("alice@example.org", RecoveryStack::kNewPassword));
  EXPECT_EQ(error_of(restore(stack_.token(kRestore, notice))), AccountError::link_refused) << "once";
}

// Where addresses are believed (`registration.verify_email = "off"`), a thief registers the old one for an account of
// their own; the owner's link must be good once an administrator has seen to that.
TEST_F(EmailChangeTest, the_link_that_puts_back_is_not_used_up_while_another_account_has_the_address) {
  EXPECT_TRUE(confirm(stack_.token(kChange, asked("thief@evil.example"))));
  const auto token = stack_.token(kRestore, stack_.mails().front());
  const auto second = stack_.register_unproven("second", "alice@example.org");
  stack_.prove_address(second.id);
  EXPECT_EQ(error_of(restore(token)), AccountError::name_taken);
  stack_.database.write_blocking([&](db::Transaction& tx) {
    tx.execute("UPDATE account SET email_index = NULL WHERE id = $1", {db::Blob{second.id.bytes()}});
  });
  EXPECT_TRUE(restore(token));
  EXPECT_EQ(address_of(alice_.id), "alice@example.org");
}

TEST_F(EmailChangeTest, the_old_address_puts_nothing_back_after_72_hours) {
  EXPECT_TRUE(confirm(stack_.token(kChange, asked())));
  const auto notice = stack_.mails().front();
  stack_.clock.advance(hours(72));
  EXPECT_EQ(error_of(restore(stack_.token(kRestore, notice))), AccountError::link_refused);
}

// A thief who moves the account twice gets a link that restores his own first address; the owner's still outranks it.
TEST_F(EmailChangeTest, a_thief_who_changes_the_address_twice_does_not_close_the_owners_link) {
  EXPECT_TRUE(confirm(stack_.token(kChange, asked("thief1@evil.example"))));
  const auto owners = stack_.mails().front();
  stack_.clock.advance(minutes(1));
  EXPECT_TRUE(confirm(stack_.token(kChange, asked("thief2@evil.example"))));
  const auto thiefs = stack_.mails().front();
  EXPECT_TRUE(restore(stack_.token(kRestore, thiefs)));
  EXPECT_TRUE(restore(stack_.token(kRestore, owners)));
  EXPECT_EQ(address_of(alice_.id), "alice@example.org");
}

// An address nobody has proven may be mistyped, and so a stranger's: who reads it must not get the account.
TEST_F(EmailChangeTest, an_unproven_old_address_gets_no_link_to_the_account) {
  const auto bob = stack_.register_unproven("bob", "typo@example.org");
  (void)stack_.mails();
  EXPECT_TRUE(change(signed_in(bob), "bob@example.org"));
  EXPECT_TRUE(confirm(stack_.token(kChange, stack_.mails().front())));
  EXPECT_TRUE(stack_.mails().empty());
  EXPECT_TRUE(stack_.sign_in_by_email("bob@example.org", IdentityStack::kPassword));
}

}  // namespace
}  // namespace gatehouse::identity
