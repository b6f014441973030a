#include "identity/overview/activity.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace gatehouse::identity {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(Activity, is_what_the_metrics_of_the_interface_say) {
  ASSERT_EQ(telemetry::latency_bounds().size() + 1, Activity::kLatencyBuckets);
  telemetry::Metrics metrics;
  EXPECT_EQ(read_activity(metrics), Activity());
  const auto sign_ins = [&](const char* outcome, std::uint64_t count) {
    metrics.counter("gatehouse_identity_sign_ins_total", "", {{"outcome", outcome}}).increment(count);
  };
  sign_ins("succeeded", 7);
  sign_ins("wrong_password", 2);
  sign_ins("unknown_account", 3);
  sign_ins("account_disabled", 1);
  sign_ins("email_unverified", 1);
  sign_ins("wrong_code", 4);
  sign_ins("passkey_refused", 2);
  for (const char* no_failure : {"second_step", "throttled", "hindered", "code_throttled", "second_step_ended"}) {
    sign_ins(no_failure, 40);
  }
  metrics.counter("gatehouse_identity_addresses_blocked_total", "").increment(4);
  const auto answered = [&](const char* route, milliseconds took) {
    metrics.latency("gatehouse_http_request_seconds", "", {{"route", route}, {"method", "GET"}}).observe(took);
  };
  answered("/v1/login", milliseconds(30));
  answered("/v1/login", milliseconds(30));
  answered("/v1/me", milliseconds(2));
  answered("/v1/me", milliseconds(20'000));
  answered("/node/v1/feed", milliseconds(250));  // held on purpose
  answered("/sign-in", milliseconds(1));
  const auto activity = read_activity(metrics);
  EXPECT_EQ(activity.signed_in, 7U);
  EXPECT_EQ(activity.failed, 13U);
  EXPECT_EQ(activity.blocked, 4U);
  std::uint64_t answers = 0;
  for (const auto count : activity.latency) answers += count;
  EXPECT_EQ(answers, 4U);
  EXPECT_EQ(activity.latency[1], 1U);   // up to 2.5 ms
  EXPECT_EQ(activity.latency[5], 2U);   // up to 50 ms
  EXPECT_EQ(activity.latency[14], 1U);  // longer than 10 s
}

TEST(Activity, adds_up_and_tells_what_came_since) {
  Activity a{.signed_in = 5, .failed = 2, .blocked = 1, .latency = {1, 2, 3}};
  const Activity b{.signed_in = 8, .failed = 2, .blocked = 4, .latency = {1, 4, 3, 9}};
  const Activity since = b.since(a);
  EXPECT_EQ(since, (Activity{.signed_in = 3, .failed = 0, .blocked = 3, .latency = {0, 2, 0, 9}}));
  a += since;
  EXPECT_EQ(a, b);
}

TEST(Activity, percentiles_lie_in_their_bucket) {
  EXPECT_EQ(Activity().percentile(0.5), microseconds(0));
  Activity activity;
  activity.latency[4] = 100;  // 10 ms to 25 ms
  EXPECT_EQ(activity.percentile(0.5), microseconds(17'500));
  EXPECT_EQ(activity.percentile(1), microseconds(25'000));
  activity.latency[11] = 1;  // 1 s to 2.5 s
  EXPECT_LE(activity.percentile(0.99), microseconds(25'000));
  EXPECT_GT(activity.percentile(0.999), microseconds(1'000'000));
  Activity slow;
  slow.latency[14] = 3;
  EXPECT_EQ(slow.percentile(0.5), microseconds(10'000'000)) << "longer than that is shown as that";
}

TEST(Activity, the_column_holds_every_bucket) {
  Activity activity;
  for (std::size_t i = 0; i < activity.latency.size(); ++i) activity.latency[i] = i * 1'000'003;
  Activity read;
  read_latency_column(latency_column(activity), read);
  EXPECT_EQ(read.latency, activity.latency);
  for (const char* other : {"", "x", "1 x 3", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"}) {
    Activity unsound;
    read_latency_column(other, unsound);
    EXPECT_LE(unsound.latency[14], 15U) << other;
  }
}

}  // namespace
}  // namespace gatehouse::identity
