#include "identity/session/session_service.hpp"

#include <gtest/gtest.h>

#include "identity/session/session_harness.hpp"
#include "platform/base/unavailable.hpp"
#include "tests/support/run_on_loop.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using test::run_on_loop;

class Sessions : public ::testing::Test {
 protected:
  SessionTokens start(contract::AccountId account) {
    auto tokens = run_on_loop(harness_.start(account));
    EXPECT_TRUE(tokens);
    return std::move(*tokens);
  }
  SessionTokens start() { return start(account_); }
  base::Result<SessionTokens, RefreshError> refresh(const base::Secret& token) {
    return run_on_loop(service_.refresh(token.expose()));
  }
  // Of a refresh that must go well.
  SessionTokens refreshed(const base::Secret& token) {
    auto tokens = refresh(token);
    EXPECT_TRUE(tokens) << to_string(tokens.error());
    return std::move(*tokens);
  }
  std::size_t live() { return run_on_loop(service_.list(account_)).size(); }
  void execute(std::string_view sql) {
    database_->database().write_blocking([&](db::Transaction& tx) { return tx.execute(sql); });
  }

  std::unique_ptr<test::TestDatabase> database_ = test::sqlite_in_memory();
  SessionHarness harness_{database_->database(), {.max_per_account = 3}};
  SessionService& service_ = harness_.service();
  base::FakeClock& clock_ = harness_.clock();
  contract::AccountId account_ = harness_.add_account({"admin", "member"});
};

TEST_F(Sessions, start_gives_both_tokens_and_a_session_its_owner_sees) {
  const auto tokens = start();
  EXPECT_TRUE(harness_.accepts(tokens.access_token));
  EXPECT_EQ(tokens.expires_in, 15min);
  EXPECT_EQ(tokens.refresh_expires_in, 24h * 30);
  const auto view = run_on_loop(service_.find(account_, tokens.session));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->client.address, "192.0.2.1");
  EXPECT_EQ(view->client.agent, "Browser");
  EXPECT_EQ(view->amr, std::vector<std::string>{"pwd"});
}

TEST_F(Sessions, S01_every_sign_in_gets_a_new_random_id_of_our_own) {
  const auto first = start();
  const auto second = start();
  EXPECT_NE(first.session, second.session);
  // Version 4: random, and not one that a clock would give away.
  EXPECT_EQ(first.session.to_string()[14], '4');
}

TEST_F(Sessions, refresh_rotates_and_the_new_token_works) {
  const auto first = start();
  clock_.advance(1min);
  const auto second = refreshed(first.refresh_token);
  EXPECT_FALSE(first.refresh_token == second.refresh_token);
  EXPECT_EQ(second.session, first.session);
  EXPECT_TRUE(harness_.accepts(second.access_token));
  clock_.advance(1min);
  (void)refreshed(second.refresh_token);
}

TEST_F(Sessions, R03_retry_within_the_grace_window_gets_the_same_successor_and_no_second_branch) {
  const auto first = start();
  const auto lost = refreshed(first.refresh_token);  // the answer never arrived
  clock_.advance(10s);
  const auto retried = refreshed(first.refresh_token);
  EXPECT_EQ(lost.refresh_token, retried.refresh_token);
  EXPECT_TRUE(harness_.accepts(retried.access_token));
  EXPECT_EQ(live(), 1U);
  (void)refreshed(retried.refresh_token);
}

TEST_F(Sessions, R02_reuse_after_the_grace_window_ends_the_session_and_its_newest_access_token) {
  const auto stolen = start();
  const auto newest = refreshed(stolen.refresh_token);
  clock_.advance(10s + 1ms);
  EXPECT_EQ(refresh(stolen.refresh_token).error(), RefreshError::reuse_detected);
  EXPECT_FALSE(harness_.accepts(newest.access_token));
  EXPECT_FALSE(harness_.accepts(stolen.access_token));
  EXPECT_EQ(refresh(newest.refresh_token).error(), RefreshError::ended);
  EXPECT_TRUE(harness_.log().contains("refresh_reuse_detected"));
  EXPECT_TRUE(harness_.log().contains(stolen.session.to_string()));
}

TEST_F(Sessions, R02_reuse_two_steps_behind_is_reuse_even_within_the_grace_window) {
  const auto first = start();
  const auto second = refreshed(first.refresh_token);
  const auto third = refreshed(second.refresh_token);
  EXPECT_EQ(refresh(first.refresh_token).error(), RefreshError::reuse_detected);
  EXPECT_FALSE(harness_.accepts(third.access_token));
}

TEST_F(Sessions, R02_reuse_ends_that_session_and_no_other) {
  const auto other = start();
  const auto stolen = start();
  (void)refreshed(stolen.refresh_token);
  clock_.advance(11s);
  EXPECT_EQ(refresh(stolen.refresh_token).error(), RefreshError::reuse_detected);
  EXPECT_TRUE(harness_.accepts(other.access_token));
  (void)refreshed(other.refresh_token);
}

TEST_F(Sessions, R02_a_token_from_the_future_of_a_restored_backup_ends_the_session) {
  const auto tokens = start();
  const auto ahead = harness_.refresh_tokens().encode({tokens.session, 5});
  EXPECT_EQ(refresh(ahead).error(), RefreshError::reuse_detected);
}

TEST_F(Sessions, R07_no_refresh_moves_the_absolute_end) {
  auto tokens = start();
  clock_.advance(24h * 25);
  for (int day = 25; day < 90; day += 13) {  // 25, 38, 51, 64, 77
    tokens = refreshed(tokens.refresh_token);
    clock_.advance(24h * 13);
  }
  EXPECT_EQ(refresh(tokens.refresh_token).error(), RefreshError::expired);  // at exactly 90 days
}

TEST_F(Sessions, R07_the_last_tokens_of_a_session_end_with_it) {
  auto tokens = start();
  for (int i = 0; i < 3; ++i) {
    clock_.advance(24h * 29);
    tokens = refreshed(tokens.refresh_token);
  }
  clock_.advance(24h * 3 - 5min);
  tokens = refreshed(tokens.refresh_token);
  EXPECT_EQ(tokens.expires_in, 5min);
  EXPECT_EQ(tokens.refresh_expires_in, 5min);
}

TEST_F(Sessions, expire_when_idle_for_30_days) {
  const auto kept = start();
  const auto left = start();
  clock_.advance(24h * 30 - 1ms);
  (void)refreshed(kept.refresh_token);
  clock_.advance(1ms);
  EXPECT_EQ(refresh(left.refresh_token).error(), RefreshError::expired);
  EXPECT_EQ(live(), 1U);
}

TEST_F(Sessions, forged_token_is_refused_without_touching_the_database) {
  const auto before = harness_.database().stats().writer.done;
  RefreshTokenCodec forger{base::Secret(std::string(32, 'f'))};
  EXPECT_EQ(refresh(forger.encode({start().session, 0})).error(), RefreshError::invalid);
  EXPECT_EQ(harness_.database().stats().writer.done, before + 1);  // the sign-in alone
}

TEST_F(Sessions, unknown_session_under_our_own_mac_is_invalid) {
  EXPECT_EQ(refresh(harness_.refresh_tokens().encode({contract::SessionId(), 0})).error(), RefreshError::invalid);
}

TEST_F(Sessions, S04_sign_out_is_at_every_gate_before_it_is_answered) {
  const auto tokens = start();
  EXPECT_TRUE(run_on_loop(service_.end_by_refresh_token(tokens.refresh_token.expose())));
  EXPECT_FALSE(harness_.accepts(tokens.access_token));
  EXPECT_EQ(refresh(tokens.refresh_token).error(), RefreshError::ended);
  EXPECT_FALSE(run_on_loop(service_.end_by_refresh_token(tokens.refresh_token.expose())));  // once
  EXPECT_EQ(harness_.feed().rows().size(), 1U);
}

TEST_F(Sessions, sign_out_with_a_rotated_token_ends_the_session_too) {
  const auto first = start();
  const auto second = refreshed(first.refresh_token);
  EXPECT_TRUE(run_on_loop(service_.end_by_refresh_token(first.refresh_token.expose())));
  EXPECT_FALSE(harness_.accepts(second.access_token));
}

TEST_F(Sessions, B06_nobody_sees_or_ends_the_session_of_another_account) {
  const auto tokens = start();
  const auto stranger = harness_.add_account();
  EXPECT_FALSE(run_on_loop(service_.find(stranger, tokens.session)));
  EXPECT_FALSE(run_on_loop(service_.end_of_account(stranger, tokens.session, EndReason::ended_by_owner)));
  EXPECT_TRUE(harness_.accepts(tokens.access_token));
  EXPECT_TRUE(run_on_loop(service_.end_of_account(account_, tokens.session, EndReason::ended_by_owner)));
  EXPECT_FALSE(harness_.accepts(tokens.access_token));
}

TEST_F(Sessions, S05_ending_the_others_keeps_this_one_and_no_other) {
  const auto first = start();
  const auto second = start();
  const auto mine = start();
  EXPECT_EQ(run_on_loop(service_.end_others(account_, mine.session, EndReason::password_changed)), 2U);
  EXPECT_FALSE(harness_.accepts(first.access_token));
  EXPECT_FALSE(harness_.accepts(second.access_token));
  EXPECT_TRUE(harness_.accepts(mine.access_token));
  EXPECT_EQ(refresh(first.refresh_token).error(), RefreshError::ended);
  (void)refreshed(mine.refresh_token);
}

TEST_F(Sessions, S05_ending_all_touches_no_other_account) {
  const auto stranger = harness_.add_account();
  const auto theirs = start(stranger);
  (void)start();
  (void)start();
  EXPECT_EQ(run_on_loop(harness_.end_all(account_, EndReason::ended_by_admin)), 2U);
  EXPECT_EQ(live(), 0U);
  EXPECT_TRUE(harness_.accepts(theirs.access_token));
}

TEST_F(Sessions, S06_one_sign_in_beyond_the_cap_ends_the_oldest_session) {
  const auto oldest = start();
  clock_.advance(1s);
  const auto second = start();
  (void)start();
  (void)start();
  EXPECT_EQ(live(), 3U);
  EXPECT_FALSE(harness_.accepts(oldest.access_token));
  EXPECT_TRUE(harness_.accepts(second.access_token));
  EXPECT_TRUE(harness_.log().contains("session_limit"));
}

TEST_F(Sessions, new_roles_and_the_new_epoch_come_with_the_next_refresh) {
  const auto before = start();
  const auto row = database_->database().write_blocking([&](db::Transaction& tx) {
    tx.execute("UPDATE account SET epoch = 2, roles = 'member' WHERE id = $1", {db::Blob{account_.bytes()}});
    return harness_.revocations().revoke_tokens_before(tx, account_, 2, clock_.now());
  });
  run_on_loop(service_.announce({row}, EndReason::ended_by_admin));
  EXPECT_FALSE(harness_.accepts(before.access_token));
  // In the very same second: this is what an epoch can say and a time can't.
  EXPECT_TRUE(harness_.accepts(refreshed(before.refresh_token).access_token));
}

TEST_F(Sessions, disabled_account_neither_starts_nor_refreshes) {
  const auto tokens = start();
  execute("UPDATE account SET state = 'd'");
  EXPECT_EQ(refresh(tokens.refresh_token).error(), RefreshError::account_disabled);
  EXPECT_FALSE(harness_.accepts(tokens.access_token));
  EXPECT_EQ(run_on_loop(harness_.start(account_)).error(), SessionError::account_unavailable);
  execute("UPDATE account SET state = 'a'");
  EXPECT_EQ(refresh(tokens.refresh_token).error(), RefreshError::ended);
}

TEST_F(Sessions, L02_neither_log_nor_metrics_show_a_token_or_where_somebody_came_from) {
  const auto first = start();
  const auto second = refreshed(first.refresh_token);
  clock_.advance(11s);
  (void)refresh(first.refresh_token);
  const std::string metrics = harness_.metrics().render();
  for (const std::string_view canary :
       {first.refresh_token.expose(), second.refresh_token.expose(), second.access_token.expose(),
        std::string_view("192.0.2.1"), std::string_view("Browser")}) {
    EXPECT_FALSE(harness_.log().contains(canary));
    EXPECT_EQ(metrics.find(canary), std::string::npos);
  }
  EXPECT_NE(metrics.find(R"(gatehouse_identity_refreshes_total{outcome="reuse_detected"} 1)"), std::string::npos);
  EXPECT_NE(metrics.find(R"(gatehouse_identity_sessions_ended_total{reason="refresh_reuse"} 1)"), std::string::npos);
}

TEST_F(Sessions, a_damaged_data_key_is_our_fault_and_no_refusal) {
  execute("UPDATE account SET data_key_seed = x'00'");
  EXPECT_THROW(run_on_loop(harness_.start(account_)), base::Unavailable);
}

}  // namespace
}  // namespace gatehouse::identity
