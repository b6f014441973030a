#include "identity/session/session_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "identity/session/session_harness.hpp"
#include "platform/base/encoding.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using test::run_on_loop;
using test::run_together;

class SessionStoreConformance : public test::OnEveryDatabase {
 protected:
  static constexpr std::size_t kCap = 5;

  awaitable<void> start_and_keep(SessionHarness& harness, contract::AccountId account) {
    auto tokens = co_await harness.start(account);
    EXPECT_TRUE(tokens);
    const std::lock_guard lock(mutex_);
    kept_.push_back(std::move(*tokens));
  }
  static SessionTokens start(SessionHarness& harness, contract::AccountId account) {
    auto tokens = run_on_loop(harness.start(account));
    EXPECT_TRUE(tokens);
    return std::move(*tokens);
  }
  static base::Result<SessionTokens, RefreshError> refresh(SessionHarness& harness, const base::Secret& token) {
    return run_on_loop(harness.service().refresh(token.expose()));
  }
  static awaitable<std::optional<SessionTokens>> renew(SessionHarness& harness, contract::SessionId session) {
    auto renewed = co_await harness.database().write([&](db::Transaction& tx) {
      return harness.service().renew(tx, session, {"otp", "mfa"});
    });
    if (!renewed) co_return std::nullopt;
    co_return co_await harness.service().complete(std::move(*renewed));
  }
  static std::size_t accepted(const SessionHarness& harness, const std::vector<SessionTokens>& all) {
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const SessionTokens& tokens) { return harness.accepts(tokens.access_token); }));
  }

  std::mutex mutex_;
  std::vector<SessionTokens> kept_;  // guarded by mutex_
};
GATEHOUSE_ON_EVERY_DATABASE(SessionStoreConformance);

TEST_P(SessionStoreConformance, R03_a_hundred_parallel_refreshes_of_one_token_give_one_successor) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  const auto first = start(harness, account);
  std::set<std::string> successors;
  run_together(100, [&](std::size_t) -> awaitable<void> {
    const auto tokens = co_await harness.service().refresh(first.refresh_token.expose());
    EXPECT_TRUE(tokens);
    const std::lock_guard lock(mutex_);
    successors.emplace(tokens->refresh_token.expose());
  });
  ASSERT_EQ(successors.size(), 1U);
  EXPECT_EQ(*successors.begin(), harness.refresh_tokens().encode({first.session, 1}).expose());
  EXPECT_TRUE(refresh(harness, base::Secret(std::string_view(*successors.begin()))));
}

TEST_P(SessionStoreConformance, R02_parallel_reuse_ends_that_session_once_and_no_other) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  const auto stolen = start(harness, account);
  const auto other = start(harness, account);
  const auto newest = refresh(harness, stolen.refresh_token);
  harness.clock().advance(11s);
  std::atomic<int> detected = 0;
  run_together(20, [&](std::size_t) -> awaitable<void> {
    const auto tokens = co_await harness.service().refresh(stolen.refresh_token.expose());
    EXPECT_FALSE(tokens);
    if (tokens.error() == RefreshError::reuse_detected) ++detected;
  });
  EXPECT_EQ(detected, 1);
  EXPECT_EQ(harness.feed().rows().size(), 1U);
  EXPECT_FALSE(harness.accepts(newest->access_token));
  EXPECT_TRUE(harness.accepts(other.access_token));
  EXPECT_TRUE(refresh(harness, other.refresh_token));
}

TEST_P(SessionStoreConformance, S04_parallel_refresh_and_sign_out_never_leave_a_live_token) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  for (int round = 0; round < 20; ++round) {
    const auto first = start(harness, account);
    std::vector<SessionTokens> refreshed;
    run_together(8, [&](std::size_t i) -> awaitable<void> {
      if (i == 4) {
        EXPECT_TRUE(co_await harness.service().end(first.session, EndReason::sign_out));
        co_return;
      }
      auto tokens = co_await harness.service().refresh(first.refresh_token.expose());
      if (!tokens) co_return;
      const std::lock_guard lock(mutex_);
      refreshed.push_back(std::move(*tokens));
    });
    EXPECT_EQ(accepted(harness, refreshed), 0U);
    EXPECT_EQ(refresh(harness, harness.refresh_tokens().encode({first.session, 1})).error(), RefreshError::ended);
  }
}

TEST_P(SessionStoreConformance, S06_parallel_sign_ins_never_leave_more_live_than_the_cap) {
  SessionHarness harness(database(), {.max_per_account = kCap});
  const auto account = harness.add_account();
  run_together(4 * kCap, [&](std::size_t) { return start_and_keep(harness, account); });
  EXPECT_EQ(run_on_loop(harness.service().list(account)).size(), kCap);
  EXPECT_EQ(accepted(harness, kept_), kCap);
}

// ASVS 7.2.4: whichever comes first, no token from before a reauthentication is worth anything after it, none is taken
// for a stolen one, and the session goes on.
TEST_P(SessionStoreConformance, V7_2_4_refreshes_beside_a_reauthentication_leave_its_tokens_alone) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  for (int round = 0; round < 10; ++round) {
    const auto first = start(harness, account);
    std::optional<SessionTokens> renewed;
    std::vector<SessionTokens> refreshed;
    run_together(8, [&](std::size_t i) -> awaitable<void> {
      if (i == 4) {
        renewed = co_await renew(harness, first.session);
        co_return;
      }
      auto tokens = co_await harness.service().refresh(first.refresh_token.expose());
      const std::lock_guard lock(mutex_);
      if (tokens) {
        refreshed.push_back(std::move(*tokens));
      } else {
        EXPECT_EQ(tokens.error(), RefreshError::replaced);
      }
    });
    ASSERT_TRUE(renewed);
    EXPECT_EQ(accepted(harness, refreshed), 0U);
    EXPECT_FALSE(harness.accepts(first.access_token));
    for (const std::uint32_t counter : {0U, 1U, 2U}) {
      const auto old = harness.refresh_tokens().encode({first.session, counter});
      EXPECT_EQ(refresh(harness, old).error(), RefreshError::replaced) << counter;
    }
    EXPECT_TRUE(harness.accepts(renewed->access_token));
    EXPECT_TRUE(refresh(harness, renewed->refresh_token));
    EXPECT_EQ(run_on_loop(harness.end_all(account, EndReason::sign_out)), 1U);
  }
}

TEST_P(SessionStoreConformance, V7_2_4_of_parallel_reauthentications_of_a_session_one_counts) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  const auto first = start(harness, account);
  std::vector<SessionTokens> renewed;
  run_together(8, [&](std::size_t) -> awaitable<void> {
    auto tokens = co_await renew(harness, first.session);
    const std::lock_guard lock(mutex_);
    if (tokens) renewed.push_back(std::move(*tokens));
  });
  ASSERT_EQ(renewed.size(), 1U);
  const auto live = run_on_loop(harness.service().list(account));
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(live[0].id, renewed[0].session);
}

TEST_P(SessionStoreConformance, S06_sign_ins_beside_reauthentications_never_leave_more_live_than_the_cap) {
  SessionHarness harness(database(), {.max_per_account = kCap});
  const auto account = harness.add_account();
  std::vector<contract::SessionId> old;
  for (std::size_t i = 0; i < kCap; ++i) old.push_back(start(harness, account).session);
  run_together(2 * kCap, [&](std::size_t i) -> awaitable<void> {
    if (i < kCap) {
      (void)co_await renew(harness, old[i]);
    } else {
      co_await start_and_keep(harness, account);
    }
  });
  EXPECT_EQ(run_on_loop(harness.service().list(account)).size(), kCap);
}

TEST_P(SessionStoreConformance, a_renewed_session_is_as_old_lives_as_long_and_is_the_same_device) {
  SessionHarness harness(database(), {.idle = 24h * 30, .absolute = 24h * 40});
  const auto account = harness.add_account();
  const auto first = start(harness, account);
  const auto before = run_on_loop(harness.service().list(account)).at(0);
  harness.clock().advance(24h * 20);
  const auto renewed = run_on_loop(renew(harness, first.session));
  ASSERT_TRUE(renewed);
  const auto after = run_on_loop(harness.service().list(account));
  ASSERT_EQ(after.size(), 1U);
  EXPECT_NE(after[0].id, before.id);
  EXPECT_EQ(after[0].client.address, before.client.address);
  EXPECT_EQ(after[0].client.agent, before.client.agent);
  EXPECT_EQ(after[0].created_at, before.created_at);
  EXPECT_EQ(after[0].expires_at, before.created_at + 24h * 40);
  EXPECT_EQ(after[0].auth_time, harness.clock().now());
  EXPECT_EQ(after[0].amr, (std::vector<std::string>{"pwd", "otp", "mfa"}));
  harness.clock().advance(24h * 20);
  EXPECT_EQ(refresh(harness, renewed->refresh_token).error(), RefreshError::expired);
  EXPECT_FALSE(run_on_loop(renew(harness, renewed->session)));
}

TEST_P(SessionStoreConformance, S05_parallel_sign_ins_and_ending_all_leave_what_the_database_says) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  run_together(21, [&](std::size_t i) -> awaitable<void> {
    if (i != 10) {
      co_await start_and_keep(harness, account);
    } else {
      (void)co_await harness.end_all(account, EndReason::ended_by_admin);
    }
  });
  EXPECT_EQ(run_on_loop(harness.service().list(account)).size(), accepted(harness, kept_));
}

TEST_P(SessionStoreConformance, an_older_epoch_never_lives_on_when_roles_change_during_refreshes) {
  SessionHarness harness(database());
  const auto account = harness.add_account({"admin"});
  const auto first = start(harness, account);
  std::vector<SessionTokens> refreshed;
  run_together(16, [&](std::size_t i) -> awaitable<void> {
    if (i == 8) {
      auto row = co_await harness.database().write([&](db::Transaction& tx) {
        tx.execute("UPDATE account SET epoch = epoch + 1, roles = '' WHERE id = $1", {db::Blob{account.bytes()}});
        return harness.revocations().revoke_tokens_before(tx, account, 2, harness.clock().now());
      });
      std::vector<contract::Revocation> rows;
      rows.push_back(std::move(row));
      co_await harness.service().announce(std::move(rows), EndReason::ended_by_admin);
      co_return;
    }
    auto tokens = co_await harness.service().refresh(first.refresh_token.expose());
    EXPECT_TRUE(tokens);
    const std::lock_guard lock(mutex_);
    refreshed.push_back(std::move(*tokens));
  });
  refreshed.push_back(*refresh(harness, first.refresh_token));
  EXPECT_TRUE(harness.accepts(refreshed.back().access_token));
  for (const auto& tokens : refreshed) {
    if (!harness.accepts(tokens.access_token)) continue;
    const std::string_view text = tokens.access_token.expose();
    const auto payload = text.substr(text.find('.') + 1, text.rfind('.') - text.find('.') - 1);
    EXPECT_NE(base::base64url_decode(payload)->find(R"("roles":[])"), std::string::npos);
  }
}

TEST_P(SessionStoreConformance, F05_a_restart_keeps_sessions_counters_ends_and_the_grace_window) {
  if (!test_database().is_durable()) return;  // the in-memory database ends with its process, as it should
  contract::AccountId account;
  base::Secret ended, rotated, fresh;
  std::string successor;
  {
    SessionHarness before(database());
    account = before.add_account();
    ended = start(before, account).refresh_token;
    rotated = start(before, account).refresh_token;
    fresh = start(before, account).refresh_token;
    EXPECT_TRUE(run_on_loop(before.service().end_by_refresh_token(ended.expose())));
    successor = refresh(before, rotated)->refresh_token.expose();
  }
  test_database().reopen();
  SessionHarness after(database(), {}, 2);
  EXPECT_EQ(run_on_loop(after.service().list(account)).size(), 2U);
  EXPECT_EQ(refresh(after, ended).error(), RefreshError::ended);
  EXPECT_EQ(refresh(after, rotated)->refresh_token.expose(), successor);
  EXPECT_TRUE(refresh(after, fresh));
  const auto log = database().read_blocking(
      [&](db::Transaction& tx) { return after.revocations().live_since(tx, 0, after.clock().now()); });
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].kind, contract::Revocation::Kind::session);
}

TEST_P(SessionStoreConformance, ending_and_its_revocation_are_one_step) {
  SessionHarness harness(database());
  const auto tokens = start(harness, harness.add_account());
  struct Crash {};
  EXPECT_THROW(database().write_blocking([&](db::Transaction& tx) -> int {
    EXPECT_TRUE(harness.store().end(tx, tokens.session, EndReason::sign_out, harness.clock().now()));
    throw Crash();
  }),
               Crash);
  EXPECT_TRUE(refresh(harness, tokens.refresh_token));
  const auto log = database().read_blocking(
      [&](db::Transaction& tx) { return harness.revocations().follow(tx, {}, harness.clock().now()); });
  EXPECT_TRUE(log.rows.empty());
}

// What a refresh moves is watched by no trigger (docs/adr/0060): who sets it by hand gains nothing by it for long.
TEST_P(SessionStoreConformance, a_counter_set_back_by_hand_ends_the_session_when_its_owner_comes) {
  SessionHarness harness(database());
  const auto stolen = start(harness, harness.add_account());
  const auto owners = refresh(harness, refresh(harness, stolen.refresh_token)->refresh_token);
  database().write_blocking([](db::Transaction& tx) { tx.execute("UPDATE session SET counter = 0"); });
  const auto thiefs = refresh(harness, stolen.refresh_token);
  ASSERT_TRUE(thiefs);
  EXPECT_EQ(refresh(harness, owners->refresh_token).error(), RefreshError::reuse_detected);
  EXPECT_FALSE(harness.accepts(thiefs->access_token));
  EXPECT_EQ(refresh(harness, thiefs->refresh_token).error(), RefreshError::ended);
}

TEST_P(SessionStoreConformance, an_idle_expiry_set_by_hand_outlives_no_session) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  const auto one = start(harness, account);
  const auto other = start(harness, account);
  const auto end = harness.clock().now() + harness.store().options().absolute;
  database().write_blocking([&](db::Transaction& tx) {
    tx.execute("UPDATE session SET idle_expires_at = $1", {base::to_unix_ms(end + 24h)});
  });
  harness.clock().advance(end - harness.clock().now() - 1min);
  const auto last = refresh(harness, one.refresh_token);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->refresh_expires_in, 1min);
  harness.clock().advance(1min);
  EXPECT_EQ(refresh(harness, last->refresh_token).error(), RefreshError::expired);
  EXPECT_EQ(refresh(harness, other.refresh_token).error(), RefreshError::expired);
}

TEST_P(SessionStoreConformance, sweep_removes_what_is_long_over_in_small_steps_and_nothing_that_lives) {
  SessionHarness harness(database());
  const auto account = harness.add_account();
  for (int i = 0; i < 7; ++i) (void)start(harness, account);
  EXPECT_EQ(run_on_loop(harness.end_all(account, EndReason::sign_out)), 7U);
  harness.clock().advance(24h * 30 - 1s);
  const auto living = start(harness, account);
  const auto sweep = [&](std::size_t limit) {
    return database().write_blocking(
        [&](db::Transaction& tx) { return harness.store().sweep(tx, harness.clock().now(), limit); });
  };
  EXPECT_EQ(sweep(100), 0U);
  harness.clock().advance(1s);
  EXPECT_EQ(sweep(5), 5U);
  EXPECT_EQ(sweep(5), 2U);
  EXPECT_TRUE(refresh(harness, living.refresh_token));
  harness.clock().advance(24h * 90);
  EXPECT_EQ(sweep(5), 1U);
}

}  // namespace
}  // namespace gatehouse::identity
