#include "identity/factor/second_steps.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "identity/factor/factor_fixture.hpp"
#include "identity/factor/factor_letter.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class SecondStepsTest : public ::testing::Test {
 protected:
  SecondStepsTest() {
    const auto tokens = *stack_.sign_in_as("alice");
    auto who = stack_.principal_of(alice_, tokens);
    const auto begun = test::run_on_loop(stack_.factors.begin_totp(who, "phone"));
    EXPECT_TRUE(begun);
    app_.emplace(begun->secret.expose());
    auto added = test::run_on_loop(stack_.factors.confirm_totp(who, begun->id, code(), IdentityStack::caller()));
    EXPECT_TRUE(added);
    codes_ = std::move(added->recovery_codes);
    stack_.clock.advance(30s);
  }
  base::Secret code() { return base::Secret(app_->code(stack_.clock.now())); }
  base::Secret transaction() {
    auto answer = stack_.answer_to("alice");
    EXPECT_TRUE(answer);
    return std::move(std::get<PendingSignIn>(*answer).transaction);
  }
  // How many of `n` sign-ins that are finished at once, each with `method` and `typed`, succeed.
  int finished_at_once(std::vector<base::Secret>& transactions, CodeMethod method, const base::Secret& typed) {
    std::atomic<int> done{0};
    test::run_together(transactions.size(), [&](std::size_t i) -> boost::asio::awaitable<void> {
      SecondSteps::Code code{.method = method, .code = typed.clone()};
      const auto tokens = co_await stack_.second_steps.finish_with_code(transactions[i].clone(), std::move(code), {},
                                                                        IdentityStack::caller());
      if (tokens) ++done;
    });
    return done;
  }

  FactorStack stack_;
  Account alice_ = stack_.register_account("alice");
  std::optional<FakeApp> app_;
  std::vector<base::Secret> codes_;
};

TEST_F(SecondStepsTest, M02_one_code_in_many_sign_ins_at_once_finishes_one) {
  std::vector<base::Secret> transactions;
  for (int i = 0; i < 4; ++i) transactions.push_back(transaction());
  EXPECT_EQ(finished_at_once(transactions, CodeMethod::totp, code()), 1);
}

TEST_F(SecondStepsTest, M05_one_recovery_code_in_many_sign_ins_at_once_finishes_one) {
  std::vector<base::Secret> transactions;
  for (int i = 0; i < 4; ++i) transactions.push_back(transaction());
  EXPECT_EQ(finished_at_once(transactions, CodeMethod::recovery_code, codes_[0]), 1);
}

TEST_F(SecondStepsTest, one_sign_in_finished_many_times_at_once_makes_one_session) {
  const auto begun = transaction();
  std::vector<base::Secret> same;
  for (int i = 0; i < 4; ++i) same.push_back(begun.clone());
  EXPECT_EQ(finished_at_once(same, CodeMethod::totp, code()), 1);
}

TEST_F(SecondStepsTest, M04_a_hundred_wrong_codes_at_once_are_five_guesses) {
  const auto begun = transaction();
  std::atomic<int> looked_at{0};
  test::run_together(100, [&](std::size_t) -> boost::asio::awaitable<void> {
    SecondSteps::Code wrong{.method = CodeMethod::recovery_code, .code = base::Secret(std::string_view("wrong"))};
    const auto tokens =
        co_await stack_.second_steps.finish_with_code(begun.clone(), std::move(wrong), {}, IdentityStack::caller());
    if (!tokens && tokens.error().error == AccountError::wrong_code) ++looked_at;
  });
  EXPECT_EQ(looked_at, 5);
}

TEST_F(SecondStepsTest, each_change_of_factors_is_a_letter_of_what_it_was) {
  const auto events = [&] {
    std::vector<MailEvent> events;
    for (const auto& job : stack_.mails()) {
      if (job.kind == MailKind::factor_changed) events.push_back(job.event);
    }
    return events;
  };
  using Events = std::vector<MailEvent>;
  EXPECT_EQ(events(), Events{MailEvent::added});
  const auto tokens = test::run_on_loop(stack_.second_steps.finish_with_code(
      transaction(), {.method = CodeMethod::recovery_code, .code = codes_[0].clone()}, {}, IdentityStack::caller()));
  ASSERT_TRUE(tokens);
  EXPECT_EQ(events(), Events{MailEvent::code_used});
  const auto who = stack_.principal_of(alice_, *tokens);
  EXPECT_TRUE(test::run_on_loop(stack_.factors.renew_recovery_codes(who, IdentityStack::caller())));
  EXPECT_EQ(events(), Events{MailEvent::codes_renewed});
  EXPECT_TRUE(
      test::run_on_loop(stack_.factors.ask_for(who, contract::Assurance::two_factors, IdentityStack::caller())));
  EXPECT_EQ(events(), Events{MailEvent::demand_changed});
  const auto id = test::run_on_loop(stack_.factors.list(who))->factors.at(0).id;
  EXPECT_TRUE(test::run_on_loop(stack_.factors.remove(who, id, IdentityStack::caller())));
  EXPECT_EQ(events(), Events{MailEvent::removed});
  EXPECT_TRUE(test::run_on_loop(stack_.factor_administration.reset(alice_.id, IdentityStack::caller())));
  EXPECT_EQ(events(), Events{MailEvent::reset});
}

TEST_F(SecondStepsTest, the_letter_names_the_factor_that_is_there) {
  const auto facts = factor_letter(stack_.store, stack_.factor_store, stack_.factor_vault);
  const auto id = stack_.database.read_blocking(
      [&](db::Transaction& tx) { return stack_.factor_store.list(tx, alice_.id).at(0).id; });
  const auto said = [&](base::Uuid reference) {
    return stack_.database.read_blocking([&](db::Transaction& tx) {
      return facts(tx, {.kind = MailKind::factor_changed, .account = alice_.id, .reference = reference})->values;
    });
  };
  EXPECT_EQ(said(id.uuid()).at("factor"), "phone");
  EXPECT_TRUE(said(base::Uuid()).empty());
}

// A refused password begins nothing, and neither does an unknown account.
TEST_F(SecondStepsTest, nothing_begins_before_the_password_is_right) {
  EXPECT_FALSE(stack_.answer_to("alice", "wrong wrong wrong"));
  EXPECT_FALSE(stack_.answer_to("nobody"));
  const auto rows = stack_.database.read_blocking([](db::Transaction& tx) {
    return tx.query_one("SELECT count(*) FROM sign_in_step", {}, [](const db::Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(rows, 0);
}

// The database holds no credential: what stands in the row is not what the client needs.
TEST_F(SecondStepsTest, what_is_stored_of_a_sign_in_can_not_finish_it) {
  const auto begun = transaction();
  const auto id = stack_.database.read_blocking([](db::Transaction& tx) {
    return tx.query_one("SELECT id FROM sign_in_step", {}, [](const db::Row& row) { return row.blob(0); });
  });
  const auto forged = test::run_on_loop(stack_.second_steps.finish_with_code(
      TicketCodec::to_text(*id), {.method = CodeMethod::totp, .code = code()}, {}, IdentityStack::caller()));
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().error, AccountError::sign_in_ended);
}

TEST_F(SecondStepsTest, M04_a_wrong_code_is_counted_by_its_reason_and_recorded_without_the_code) {
  const auto outcomes = [&](const char* outcome) {
    const std::string row = std::string("gatehouse_identity_sign_ins_total{outcome=\"") + outcome + "\"} ";
    const auto text = stack_.metrics.render();
    return text.substr(text.find(row) + row.size(), 1);
  };
  const auto finish = [&](base::Secret begun, const char* typed) {
    SecondSteps::Code code{.method = CodeMethod::recovery_code, .code = base::Secret(std::string_view(typed))};
    return test::run_on_loop(
        stack_.second_steps.finish_with_code(std::move(begun), std::move(code), {}, IdentityStack::caller()));
  };
  EXPECT_FALSE(finish(transaction(), "canary-code"));
  EXPECT_FALSE(finish(base::Secret(std::string_view("ghl_nothing")), "canary-code"));
  EXPECT_EQ(outcomes("wrong_code"), "1");
  EXPECT_EQ(outcomes("second_step_ended"), "1");
  std::string events;
  stack_.database.read_blocking([&](db::Transaction& tx) {
    tx.query(
        "SELECT type, subject, fields FROM audit_event WHERE type IN ('sign_in.failed', 'factor.failed') ORDER BY seq",
        {}, [&](const db::Row& row) {
          events += row.text(0) + row.text(2);
          EXPECT_EQ(row.blob(1), alice_.id.bytes());
        });
  });
  EXPECT_EQ(events, R"(factor.failed{"method":"recovery_code"}sign_in.failed{"reason":"wrong_code"})");
}

}  // namespace
}  // namespace gatehouse::identity
