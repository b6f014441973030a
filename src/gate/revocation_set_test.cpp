#include "gate/revocation_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::gate {
namespace {

using contract::Revocation;
using Kind = Revocation::Kind;
using std::chrono::seconds;

constexpr base::TimePoint kNow{seconds(1'800'000'000)};

Revocation row(Kind kind, std::string key, seconds lives = seconds(900), std::int64_t min_epoch = 0) {
  return {.seq = 1, .kind = kind, .key = std::move(key), .min_epoch = min_epoch, .until = kNow + lives};
}

bool holds(const RevocationSet& set, Kind kind, std::string_view key) {
  return set.contains(RevocationSet::fingerprint(kind, key));
}

void sweep_all(RevocationSet& set, base::TimePoint now) {
  for (int i = 0; i < 256; ++i) set.sweep_step(now);
}

TEST(RevocationSet, holds_what_was_applied_and_nothing_else) {
  RevocationSet set;
  EXPECT_FALSE(holds(set, Kind::session, "a"));
  set.apply(row(Kind::session, "a"));
  EXPECT_TRUE(holds(set, Kind::session, "a"));
  EXPECT_FALSE(holds(set, Kind::session, "b"));
  EXPECT_EQ(set.size(), 1U);
}

TEST(RevocationSet, the_same_key_of_another_kind_is_another_key) {
  RevocationSet set;
  set.apply(row(Kind::session, "a"));
  for (const Kind kind : {Kind::account, Kind::token, Kind::key}) EXPECT_FALSE(holds(set, kind, "a"));
  set.apply(row(Kind::key, "a"));
  EXPECT_TRUE(holds(set, Kind::key, "a"));
  EXPECT_EQ(set.size(), 2U);
}

TEST(RevocationSet, an_accounts_tokens_are_void_below_the_epoch) {
  RevocationSet set;
  const auto account = RevocationSet::fingerprint(Kind::account, "a");
  EXPECT_FALSE(set.account_epoch_revoked(account, 0));
  set.apply(row(Kind::account, "a", seconds(900), 3));
  EXPECT_TRUE(set.account_epoch_revoked(account, 0));
  EXPECT_TRUE(set.account_epoch_revoked(account, 2));
  EXPECT_FALSE(set.account_epoch_revoked(account, 3));
}

// The log may be read twice, or out of order: an older row takes nothing back.
TEST(RevocationSet, applying_again_or_in_another_order_changes_nothing) {
  RevocationSet set;
  set.apply(row(Kind::account, "a", seconds(900), 5));
  set.apply(row(Kind::account, "a", seconds(10), 2));
  EXPECT_TRUE(set.account_epoch_revoked(RevocationSet::fingerprint(Kind::account, "a"), 4));
  EXPECT_EQ(set.size(), 1U);
  sweep_all(set, kNow + seconds(800));
  EXPECT_EQ(set.size(), 1U) << "the longer of both lives counts";
}

TEST(RevocationSet, every_row_makes_a_new_generation) {
  RevocationSet set;
  const auto before = set.generation();
  EXPECT_NE(before, 0U) << "0 is what was never looked up";
  set.apply(row(Kind::token, "a"));
  EXPECT_GT(set.generation(), before);
}

TEST(RevocationSet, grows_to_a_hundred_thousand_and_loses_none) {
  RevocationSet set;
  for (int i = 0; i < 100'000; ++i) set.apply(row(Kind::session, "session-" + std::to_string(i)));
  EXPECT_EQ(set.size(), 100'000U);
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(holds(set, Kind::session, "session-" + std::to_string(i))) << i;
  for (int i = 0; i < 100'000; ++i) ASSERT_FALSE(holds(set, Kind::session, "other-" + std::to_string(i))) << i;
}

TEST(RevocationSet, forgets_what_has_expired_and_keeps_the_rest) {
  RevocationSet set;
  for (int i = 0; i < 10'000; ++i) set.apply(row(Kind::session, std::to_string(i), seconds(i % 2 == 0 ? 10 : 1'000)));
  sweep_all(set, kNow + seconds(10));
  EXPECT_EQ(set.size(), 10'000U) << "not before its last second is over";
  sweep_all(set, kNow + seconds(12));
  EXPECT_EQ(set.size(), 5'000U);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(holds(set, Kind::session, std::to_string(i)), i % 2 == 1) << i;
  sweep_all(set, kNow + seconds(2'000));
  EXPECT_EQ(set.size(), 0U);
  set.apply(row(Kind::session, "again"));
  EXPECT_TRUE(holds(set, Kind::session, "again"));
}

TEST(RevocationSet, a_key_of_any_length_has_a_fingerprint) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 100'000U}) {
    EXPECT_NE(RevocationSet::fingerprint(Kind::token, std::string(size, 'k')), 0U) << size;
  }
}

}  // namespace
}  // namespace gatehouse::gate
