#include "identity/recovery/password_reset.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "identity/factor/factor_store.hpp"
#include "identity/recovery/recovery_fixture.hpp"

namespace gatehouse::identity {
namespace {

using std::chrono::minutes;
constexpr auto kReset = TokenPurpose::reset_password;

class PasswordResetTest : public ::testing::Test {
 protected:
  RecoveryStack stack_;
  Account alice_ = stack_.register_account("alice");
  void SetUp() override { (void)stack_.mails(); }
  // One mail with a link; its token.
  std::string ask() {
    const auto mails = stack_.forgot("alice@example.org");
    EXPECT_EQ(mails.size(), 1U);
    return mails.empty() ? "" : stack_.token(kReset, mails.front());
  }
  static AccountError error_of(const base::Result<void, Refusal>& result) { return result.error().error; }
};

TEST_F(PasswordResetTest, X04_sets_the_password_ends_every_session_and_signs_nobody_in) {
  const auto first = *stack_.sign_in_as("alice");
  const auto second = *stack_.sign_in_as("alice");
  const auto token = ask();
  EXPECT_TRUE(stack_.reset(token));
  for (const auto& session : {first.session, second.session}) {
    EXPECT_FALSE(test::run_on_loop(stack_.sessions.find(alice_.id, session)));
  }
  EXPECT_EQ(stack_.feed.rows().size(), 2U) << "every gate was told";
  EXPECT_FALSE(stack_.sign_in_as("alice"));
  EXPECT_TRUE(stack_.sign_in_as("alice", RecoveryStack::kNewPassword));
  EXPECT_EQ(stack_.mails(), (std::vector{MailJob{MailKind::password_changed, alice_.id, {}}}));
}

TEST_F(PasswordResetTest, X03_a_link_is_good_once_and_looking_at_it_does_not_use_it_up) {
  const auto token = ask();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(test::run_on_loop(stack_.password_reset.is_open(base::Secret(token))));
  EXPECT_TRUE(stack_.reset(token));
  EXPECT_FALSE(test::run_on_loop(stack_.password_reset.is_open(base::Secret(token))));
  EXPECT_EQ(error_of(stack_.reset(token, "another word 4711")), AccountError::link_refused);
}

TEST_F(PasswordResetTest, X03_using_one_of_two_links_kills_the_other) {
  const auto first = ask();
  const auto second = ask();
  EXPECT_TRUE(stack_.reset(first));
  EXPECT_EQ(error_of(stack_.reset(second, "another word 4711")), AccountError::link_refused);
}

TEST_F(PasswordResetTest, X03_of_twenty_parallel_uses_one_succeeds) {
  const auto token = ask();
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      if (stack_.reset(token, "parallel word number " + std::to_string(i))) ++won;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_F(PasswordResetTest, a_password_that_is_refused_does_not_use_the_link_up) {
  const auto token = ask();
  const auto weak = stack_.reset(token, "alice@example.org");
  ASSERT_FALSE(weak);
  EXPECT_EQ(weak.error().fields.front().field, "password");
  EXPECT_TRUE(stack_.reset(token));
}

TEST_F(PasswordResetTest, a_link_expires_after_thirty_minutes) {
  const auto token = ask();
  stack_.clock.advance(minutes(30));
  EXPECT_FALSE(test::run_on_loop(stack_.password_reset.is_open(base::Secret(token))));
  EXPECT_EQ(error_of(stack_.reset(token)), AccountError::link_refused);
}

TEST_F(PasswordResetTest, a_forged_token_or_one_for_another_purpose_runs_no_hash) {
  const auto mail = stack_.forgot("alice@example.org").front();
  auto forged = stack_.token(kReset, mail);
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  const auto before = stack_.hashes();
  for (const auto& token : {forged, std::string(), std::string("ghm_"), stack_.token(TokenPurpose::verify_email, mail),
                            stack_.token(TokenPurpose::invite, mail)}) {
    EXPECT_EQ(error_of(stack_.reset(token)), AccountError::link_refused) << token;
  }
  EXPECT_EQ(stack_.hashes(), before);
}

TEST_F(PasswordResetTest, a_disabled_account_gets_no_mail_and_its_links_are_dead) {
  const auto token = ask();
  ASSERT_TRUE(test::run_on_loop(stack_.administration.disable(alice_.id, IdentityStack::caller())));
  EXPECT_EQ(error_of(stack_.reset(token)), AccountError::link_refused);
  EXPECT_TRUE(stack_.forgot("alice@example.org").empty());
}

// X02: whatever is not one address is refused before anything is noted; the mail goes to the account, not to the text.
TEST_F(PasswordResetTest, X02_takes_one_address_and_mails_only_to_the_account_that_has_it) {
  for (const char* email : {"alice@example.org,mallory@evil.example", "alice@example.org mallory@evil.example",
                            "alice@example.org\r\nBcc: mallory@evil.example", "alice@evil.example@example.org",
                            "alice@example.org;mallory@evil.example", "\"alice@example.org\"@evil.example", ""}) {
    const auto refused = test::run_on_loop(stack_.password_reset.request(email, IdentityStack::caller()));
    ASSERT_FALSE(refused) << email;
    EXPECT_EQ(refused.error().fields.front().field, "email");
  }
  stack_.run_recovery_jobs();
  EXPECT_TRUE(stack_.mails().empty());
  const auto mails = stack_.forgot("ALICE@Example.ORG");
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails.front().account, alice_.id);
}

// U04: the request itself does the very same for an address that nobody has.
TEST_F(PasswordResetTest, U04_the_request_looks_nothing_up) {
  for (const char* email : {"alice@example.org", "nobody@example.org"}) {
    EXPECT_TRUE(test::run_on_loop(stack_.password_reset.request(email, IdentityStack::caller())));
  }
  EXPECT_TRUE(stack_.mails().empty()) << "only the job of the queue asks for mails";
  const auto waiting = stack_.database.read_blocking(
      [&](db::Transaction& tx) { return stack_.jobs.due(tx, kRecoveryQueue, 10).size(); });
  EXPECT_EQ(waiting, 2U);
  stack_.run_recovery_jobs();
  EXPECT_EQ(stack_.mails().size(), 1U);
}

TEST_F(PasswordResetTest, L02_the_job_that_waits_holds_no_address) {
  EXPECT_TRUE(test::run_on_loop(stack_.password_reset.request("alice@example.org", IdentityStack::caller())));
  stack_.clock.advance(queue::JobStore::kAfterTheAnswer);
  stack_.database.write_blocking([&](db::Transaction& tx) {
    const auto waiting = stack_.jobs.due(tx, kRecoveryQueue, 10);
    EXPECT_EQ(waiting.size(), 1U);
    for (const auto& due : waiting) {
      const auto job = stack_.jobs.take(tx, due.id, stack_.clock.now() + minutes(1)).value();
      EXPECT_EQ(job.payload.find("alice"), std::string::npos);
      EXPECT_EQ(job.payload.find("example"), std::string::npos);
    }
    return true;
  });
}

TEST_F(PasswordResetTest, an_account_gets_three_mails_an_hour_and_nobody_is_told) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stack_.forgot("alice@example.org").size(), 1U);
  EXPECT_TRUE(stack_.forgot("alice@example.org").empty());
  stack_.clock.advance(minutes(61));
  EXPECT_EQ(stack_.forgot("alice@example.org").size(), 1U);
}

TEST_F(PasswordResetTest, the_code_of_the_mail_is_the_other_way) {
  const auto mail = stack_.forgot("alice@example.org").front();
  EXPECT_TRUE(stack_.reset_by_code("Alice@Example.org", stack_.code(kReset, mail)));
  EXPECT_TRUE(stack_.sign_in_as("alice", RecoveryStack::kNewPassword));
  EXPECT_EQ(error_of(stack_.reset(stack_.token(kReset, mail), "another word 4711")), AccountError::link_refused);
}

TEST_F(PasswordResetTest, five_codes_may_be_tried_and_then_only_the_link_is_good) {
  const auto mail = stack_.forgot("alice@example.org").front();
  const auto before = stack_.hashes();
  for (int i = 0; i < kMaxCodeAttempts; ++i) {
    EXPECT_EQ(error_of(stack_.reset_by_code("alice@example.org", "0000-000" + std::to_string(i))),
              AccountError::link_refused);
  }
  EXPECT_EQ(error_of(stack_.reset_by_code("alice@example.org", stack_.code(kReset, mail))), AccountError::link_refused);
  EXPECT_EQ(stack_.hashes(), before) << "a guess costs no hash";
  EXPECT_TRUE(stack_.reset(stack_.token(kReset, mail)));
}

// Its password was refused, which says nothing of the code: it must not be used up by that.
TEST_F(PasswordResetTest, a_right_code_is_no_guess) {
  const auto mail = stack_.forgot("alice@example.org").front();
  const auto right = stack_.code(kReset, mail);
  for (int i = 0; i < kMaxCodeAttempts; ++i) {
    EXPECT_EQ(error_of(stack_.reset_by_code("alice@example.org", right, "alice@example.org")),
              AccountError::invalid_input);
  }
  EXPECT_TRUE(stack_.reset_by_code("alice@example.org", right));
}

// Somebody registers with an address that is not theirs, adds factors, and waits for its owner.
TEST_F(PasswordResetTest, M06_a_strangers_factors_go_with_the_first_reset_of_an_address_that_was_not_proven) {
  const auto factors_of = [&](contract::AccountId id) {
    return stack_.database.read_blocking([&](db::Transaction& tx) { return FactorStore().list(tx, id).size(); });
  };
  const auto add_factor = [&](contract::AccountId id) {
    stack_.database.write_blocking([&](db::Transaction& tx) {
      const auto now = stack_.clock.now();
      EXPECT_TRUE(FactorStore().insert(tx, {.id = FactorId(base::Uuid::v7(stack_.clock, stack_.random)),
                                            .account = id,
                                            .kind = FactorKind::totp,
                                            .name_sealed = "n",
                                            .material_sealed = "m",
                                            .created_at = now,
                                            .confirmed_at = now}));
    });
  };
  const auto stranger = stack_.register_unproven("mallory", "victim@example.org", IdentityStack::kPassword);
  add_factor(stranger.id);
  add_factor(alice_.id);
  (void)stack_.mails();
  EXPECT_TRUE(stack_.reset(stack_.token(kReset, stack_.forgot("victim@example.org").front())));
  EXPECT_EQ(factors_of(stranger.id), 0U);
  (void)stack_.mails();
  EXPECT_TRUE(stack_.reset(ask()));
  EXPECT_EQ(factors_of(alice_.id), 1U) << "a second factor of who has proven the address stays";
}

TEST_F(PasswordResetTest, links_that_a_thief_had_mailed_end_with_their_sessions) {
  const auto token = ask();
  ASSERT_TRUE(test::run_on_loop(stack_.administration.end_sessions(alice_.id, IdentityStack::caller())));
  EXPECT_EQ(error_of(stack_.reset(token)), AccountError::link_refused);
  const auto later = ask();
  ASSERT_TRUE(test::run_on_loop(stack_.administration.disable(alice_.id, IdentityStack::caller())));
  ASSERT_TRUE(test::run_on_loop(stack_.administration.enable(alice_.id, IdentityStack::caller())));
  EXPECT_EQ(error_of(stack_.reset(later)), AccountError::link_refused);
}

// U04: what an address has, nobody's has, too, so that a code takes the same time; and it opens nothing.
TEST_F(PasswordResetTest, U04_a_reset_for_nobody_leaves_as_many_rows_which_open_nothing) {
  ASSERT_TRUE(
      test::run_on_loop(stack_.administration.disable(stack_.register_account("bob").id, IdentityStack::caller())));
  (void)stack_.mails();
  const auto open_for = [&](const std::string& email) {
    const auto index = stack_.vault.email_index(*text::prepare_email(email));
    return stack_.database.read_blocking([&](db::Transaction& tx) {
      return stack_.proofs.open_for(tx, index, ProofPurpose::reset_password, stack_.clock.now());
    });
  };
  for (const std::string email : {"alice@example.org", "nobody@example.org", "bob@example.org"}) {
    EXPECT_EQ(open_for(email).size(), 0U) << email;
    const std::size_t letters = email.starts_with("alice") ? 1 : 0;
    for (std::size_t i = 1; i <= 3; ++i) {
      EXPECT_EQ(stack_.forgot(email).size(), letters) << email;
      EXPECT_EQ(open_for(email).size(), i) << email;
    }
    EXPECT_TRUE(stack_.forgot(email).empty());
    EXPECT_EQ(open_for(email).size(), 3U) << email;
  }
  for (const std::string email : {"nobody@example.org", "bob@example.org"}) {
    const auto nobodys = open_for(email).front();
    EXPECT_TRUE(nobodys.account.uuid().is_nil());
    const MailJob as_if_mailed{.reference = nobodys.id};
    EXPECT_EQ(error_of(stack_.reset_by_code(email, stack_.code(kReset, as_if_mailed))), AccountError::link_refused);
    EXPECT_EQ(error_of(stack_.reset(stack_.token(kReset, as_if_mailed))), AccountError::link_refused);
  }
}

// Another account's code, and a code for an address nobody has, are as wrong as any.
TEST_F(PasswordResetTest, U04_codes_for_known_and_unknown_addresses_get_one_answer) {
  stack_.register_account("bob");
  (void)stack_.mails();
  const auto of_bob = stack_.code(kReset, stack_.forgot("bob@example.org").front());
  (void)ask();
  for (const char* email : {"alice@example.org", "nobody@example.org"}) {
    const auto refused = stack_.reset_by_code(email, of_bob);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error, AccountError::link_refused);
    EXPECT_TRUE(refused.error().fields.empty());
  }
}

// Whoever registered somebody's address before them loses the account to whoever reads the mailbox.
TEST_F(PasswordResetTest, resets_an_account_with_an_unproven_address_which_proves_it) {
  const auto carol = stack_.register_unproven("carol", "carol@example.org");
  (void)stack_.mails();
  const auto mails = stack_.forgot("carol@example.org");
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_TRUE(stack_.reset(stack_.token(kReset, mails.front())));
  EXPECT_FALSE(stack_.load(carol.id).email_index.empty());
  EXPECT_TRUE(stack_.sign_in_by_email("carol@example.org", RecoveryStack::kNewPassword));
}

TEST_F(PasswordResetTest, an_address_that_one_account_proved_and_another_names_resets_the_first) {
  stack_.register_unproven("mallory", "alice@example.org");
  (void)stack_.mails();
  const auto mails = stack_.forgot("alice@example.org");
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails.front().account, alice_.id);
}

// U08: the new account of an old name and address inherits nothing.
TEST_F(PasswordResetTest, U08_a_link_of_a_deleted_account_is_nothing_to_the_next_of_its_name) {
  const auto token = ask();
  stack_.database.write_blocking([&](db::Transaction& tx) {
    return tx.execute("DELETE FROM account WHERE id = $1", {db::Blob{alice_.id.bytes()}});
  });
  const auto next = stack_.register_account("alice");
  EXPECT_NE(next.id, alice_.id);
  EXPECT_EQ(error_of(stack_.reset(token)), AccountError::link_refused);
  EXPECT_TRUE(stack_.sign_in_as("alice"));
}

TEST_F(PasswordResetTest, L02_logs_neither_address_nor_token) {
  const auto token = ask();
  EXPECT_TRUE(stack_.reset(token));
  for (const auto& line : stack_.log.lines()) {
    EXPECT_EQ(line.find("alice"), std::string::npos) << line;
    EXPECT_EQ(line.find(token), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace gatehouse::identity
