#include "platform/telemetry/metrics.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "platform/telemetry/loop_counters.hpp"
#include "platform/telemetry/loop_histogram.hpp"

namespace gatehouse::telemetry {
namespace {

using namespace std::chrono_literals;

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, renders_counters_and_gauges_with_their_labels) {
  Metrics metrics;
  auto counter = metrics.counter("gatehouse_test_events_total", "Events.", {{"outcome", "ok"}});
  counter.increment();
  counter.increment(4);
  auto gauge = metrics.gauge("gatehouse_test_depth", "Depth.");
  gauge.set(3);
  gauge.add(-1);
  const std::string text = metrics.render();
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_events_total{outcome="ok"} 5)")) << text;
  EXPECT_TRUE(has_line(text, "gatehouse_test_depth 2")) << text;
  EXPECT_TRUE(has_line(text, "# TYPE gatehouse_test_events_total counter")) << text;
}

TEST(Metrics, gives_the_same_series_for_the_same_name_and_labels) {
  Metrics metrics;
  metrics.counter("gatehouse_test_events_total", "Events.", {{"a", "b"}}).increment();
  metrics.counter("gatehouse_test_events_total", "Events.", {{"a", "b"}}).increment();
  EXPECT_TRUE(has_line(metrics.render(), R"(gatehouse_test_events_total{a="b"} 2)"));
}

TEST(Metrics, sorts_latencies_into_buckets_from_one_millisecond_to_ten_seconds) {
  Metrics metrics;
  auto latency = metrics.latency("gatehouse_test_request_seconds", "Requests.");
  latency.observe(500us);
  latency.observe(3ms);
  latency.observe(11s);
  latency.observe(800ms);
  const std::string text = metrics.render();
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_request_seconds_bucket{le="0.001"} 1)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_request_seconds_bucket{le="0.005"} 2)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_request_seconds_bucket{le="0.5"} 2)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_request_seconds_bucket{le="0.8"} 3)")) << "the objective of a sign-in";
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_request_seconds_bucket{le="10"} 3)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_request_seconds_bucket{le="+Inf"} 4)")) << text;
}

TEST(Metrics, reads_external_values_at_each_scrape) {
  Metrics metrics;
  std::atomic<double> depth{1};
  metrics.gauge_from("gatehouse_test_queue_depth", "Depth.", {{"pool", "hashing"}}, [&] { return depth.load(); });
  metrics.gauge_from("gatehouse_test_queue_depth", "Depth.", {{"pool", "storage"}}, [] { return 9.0; });
  EXPECT_TRUE(has_line(metrics.render(), R"(gatehouse_test_queue_depth{pool="hashing"} 1)"));
  depth = 7;
  const std::string text = metrics.render();
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_queue_depth{pool="hashing"} 7)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_queue_depth{pool="storage"} 9)")) << text;
}

TEST(Metrics, folds_too_many_label_values_into_one_series) {
  Metrics metrics;
  for (std::size_t i = 0; i < Metrics::kMaxSeries + 100; ++i) {
    metrics.counter("gatehouse_test_events_total", "Events.", {{"from", std::to_string(i)}}).increment();
  }
  const std::string text = metrics.render();
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_events_total{from="other"} 100)"));
  EXPECT_EQ(text.find(R"(from="600")"), std::string::npos);
}

TEST(MetricsDeathTest, aborts_on_a_name_that_is_invalid_or_taken) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Metrics metrics;
  EXPECT_DEATH((void)metrics.counter("not a name", ""), "not a valid name");
  (void)metrics.counter("gatehouse_test_events_total", "");
  EXPECT_DEATH((void)metrics.gauge("gatehouse_test_events_total", ""), "another kind");
}

enum class Outcome { allowed, denied };

TEST(LoopCounters, loses_no_count_while_it_is_read) {
  constexpr std::size_t kLoops = 4;
  constexpr std::uint64_t kEach = 50'000;
  LoopCounters<Outcome, 2> counters(kLoops);
  std::vector<std::thread> loops;
  for (std::size_t loop = 0; loop < kLoops; ++loop) {
    loops.emplace_back([&, loop] {
      for (std::uint64_t i = 0; i < kEach; ++i) counters.increment(loop, Outcome::denied);
    });
  }
  std::uint64_t before = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t now = counters.sum(Outcome::denied);
    EXPECT_GE(now, before);
    before = now;
  }
  for (auto& loop : loops) loop.join();
  EXPECT_EQ(counters.sum(Outcome::denied), kLoops * kEach);
  EXPECT_EQ(counters.sum(Outcome::allowed), 0U);
}

TEST(LoopHistogram, sorts_the_times_of_all_loops_into_buckets_and_loses_none) {
  LoopHistogram<2> times(2, {10us, 1ms});
  Metrics metrics;
  metrics.histogram_from("gatehouse_test_check_seconds", "Checks.", {{"a", "b"}}, [&] { return times.read(); });
  times.observe(0, 10us);
  times.observe(1, 11us);
  times.observe(1, 2ms);
  std::string text = metrics.render();
  EXPECT_TRUE(has_line(text, "# TYPE gatehouse_test_check_seconds histogram")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_check_seconds_bucket{a="b",le="1e-05"} 1)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_check_seconds_bucket{a="b",le="0.001"} 2)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_check_seconds_bucket{a="b",le="+Inf"} 3)")) << text;
  EXPECT_TRUE(has_line(text, R"(gatehouse_test_check_seconds_count{a="b"} 3)")) << text;
  EXPECT_NEAR(times.read().sum, 0.002021, 1e-9);
  std::thread other([&] {
    for (int i = 0; i < 50'000; ++i) times.observe(1, 5us);
  });
  for (int i = 0; i < 50'000; ++i) times.observe(0, 5us);
  other.join();
  EXPECT_EQ(times.read().count, 100'003U);
}

TEST(LoopHistogram, times_one_call_in_so_many_on_each_loop) {
  LoopHistogram<1> times(2, {1ms});
  for (std::size_t loop = 0; loop < 2; ++loop) {
    int due = 0;
    for (std::uint32_t i = 0; i < 10 * LoopHistogram<1>::kEvery; ++i) due += times.is_due(loop) ? 1 : 0;
    EXPECT_EQ(due, 10);
  }
}

}  // namespace
}  // namespace gatehouse::telemetry
