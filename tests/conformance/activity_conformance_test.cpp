// What ActivityStore, ActivityRecorder and Overview promise on every database (identity/overview).
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "identity/overview/activity_recorder.hpp"
#include "identity/overview/overview.hpp"
#include "platform/base/clock.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class ActivityConformance : public test::OnEveryDatabase {
 protected:
  std::vector<ActivityRow> rows(base::TimePoint from = {}) {
    return database().read_blocking([&](db::Transaction& tx) { return store_.since(tx, from); });
  }
  OverviewView show(OverviewSpan span = OverviewSpan::day) {
    Overview overview(database(), clock_);
    return test::run_on_loop(overview.show(span));
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  Activity done_;  // of the process, since its start
  ActivityStore store_;
  ActivityRecorder recorder_{database(), clock_, random_, [this] { return done_; }};
};
GATEHOUSE_ON_EVERY_DATABASE(ActivityConformance);

TEST_P(ActivityConformance, where_nothing_is_done_nothing_is_written) {
  recorder_.record();
  EXPECT_TRUE(rows().empty());
  done_.signed_in = 1;
  recorder_.record();
  recorder_.record();
  EXPECT_EQ(rows().size(), 1U);
}

TEST_P(ActivityConformance, a_quarter_of_an_hour_is_one_row_of_a_process) {
  const auto slot = [&] { return clock_.now() - clock_.now().time_since_epoch() % kActivitySlot; };
  clock_.advance(kActivitySlot - clock_.now().time_since_epoch() % kActivitySlot);  // its beginning
  const auto first = slot();
  for (int minute = 0; minute < 20; ++minute) {
    done_.signed_in += 2;
    done_.failed += 1;
    done_.latency[4] += 3;
    recorder_.record();
    clock_.advance(minutes(1));
  }
  const auto all = rows();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].slot, first);
  EXPECT_EQ(all[0].activity, (Activity{.signed_in = 30, .failed = 15, .latency = {0, 0, 0, 0, 45}}));
  EXPECT_EQ(all[1].slot, first + kActivitySlot);
  EXPECT_EQ(all[1].activity, (Activity{.signed_in = 10, .failed = 5, .latency = {0, 0, 0, 0, 15}}));
}

TEST_P(ActivityConformance, processes_and_restarts_add_up_without_a_gap_between_buckets) {
  done_ = {.signed_in = 3, .failed = 1, .blocked = 1, .latency = {0, 0, 0, 0, 4}};
  recorder_.record();
  Activity other{.signed_in = 10, .latency = {0, 0, 0, 0, 0, 0, 0, 96}};
  ActivityRecorder restarted(database(), clock_, random_, [&] { return other; });
  restarted.record();
  clock_.advance(hours(2));
  const auto view = show();
  ASSERT_EQ(view.buckets.size(), 96U);
  EXPECT_EQ(view.bucket, minutes(15));
  for (std::size_t i = 1; i < view.buckets.size(); ++i) {
    EXPECT_EQ(view.buckets[i].slot - view.buckets[i - 1].slot, minutes(15));
  }
  EXPECT_LE(view.buckets.back().slot, clock_.now());
  const auto& two_hours_ago = view.buckets[95 - 8].activity;
  EXPECT_EQ(two_hours_ago.signed_in, 13U);
  EXPECT_EQ(two_hours_ago.failed, 1U);
  EXPECT_EQ(two_hours_ago.blocked, 1U);
  EXPECT_GT(two_hours_ago.percentile(0.5), std::chrono::milliseconds(100));  // the 96 of the other process
  EXPECT_EQ(view.buckets.back().activity, Activity());
  const auto week = show(OverviewSpan::week);
  ASSERT_EQ(week.buckets.size(), 168U);
  EXPECT_EQ(week.buckets[167 - 2].activity.signed_in, 13U);
}

TEST_P(ActivityConformance, what_is_older_than_eight_days_goes) {
  done_.signed_in = 1;
  recorder_.record();
  clock_.advance(ActivityStore::kKept - hours(1));
  done_.signed_in = 2;
  recorder_.record();
  const auto sweep = [&] {
    return database().write_blocking([&](db::Transaction& tx) { return store_.sweep(tx, clock_.now(), 100); });
  };
  EXPECT_EQ(sweep(), 0U);
  clock_.advance(hours(2));
  EXPECT_EQ(sweep(), 1U);
  EXPECT_EQ(rows().size(), 1U);
}

TEST_P(ActivityConformance, an_empty_installation_counts_nothing) {
  const auto view = show();
  EXPECT_EQ(view.accounts.count, 0U);
  EXPECT_EQ(view.sessions.count, 0U);
  EXPECT_EQ(view.blocked_addresses.count, 0U);
}

}  // namespace
}  // namespace gatehouse::identity
