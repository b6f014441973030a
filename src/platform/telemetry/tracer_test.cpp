#include "platform/telemetry/tracer.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::telemetry {
namespace {

using namespace std::chrono_literals;
using Delivery = TraceSender::Delivery;

constexpr const char* kSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr const char* kNotSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

// What a collector saw; outlives the sender, which the tracer owns.
struct Collector {
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  std::vector<std::string> messages;
  std::vector<Delivery> answers;  // of the next messages; then: delivered
  bool frozen = false;

  bool wait_for(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 20s, condition);
  }
  void thaw() {
    const std::lock_guard lock(mutex);
    frozen = false;
    changed.notify_all();
  }
};

class ToCollector final : public TraceSender {
 public:
  explicit ToCollector(Collector& collector) : collector_(collector) {}
  Delivery send(const std::string& otlp_json) override {
    std::unique_lock lock(collector_.mutex);
    collector_.messages.push_back(otlp_json);
    collector_.changed.notify_all();
    collector_.changed.wait(lock, [this] { return !collector_.frozen; });
    if (collector_.answers.empty()) return Delivery::delivered;
    const Delivery answer = collector_.answers.front();
    collector_.answers.erase(collector_.answers.begin());
    return answer;
  }

 private:
  Collector& collector_;
};

class TracerTest : public testing::Test {
 protected:
  void start(TracerOptions options) {
    options.interval = 1ms;
    tracer = std::make_unique<Tracer>(options, std::make_unique<ToCollector>(collector), log.logger(), metrics);
  }
  bool samples(const char* traceparent, bool from_proxy) {
    auto context = TraceContext::from_header(traceparent);
    const auto trace = tracer->start(context, from_proxy);
    EXPECT_EQ(context.sampled, trace != nullptr) << "what is passed on says what was decided";
    return trace != nullptr;
  }
  void one_request() {
    auto context = TraceContext::from_header("");
    const auto trace = tracer->start(context, false);
    ASSERT_NE(trace, nullptr);
    tracer->finish(*trace, "GET", "/a", 200);
  }
  bool metric(const std::string& line) { return metrics.render().find(line + "\n") != std::string::npos; }

  Collector collector;
  CollectedLog log;
  Metrics metrics;
  std::unique_ptr<Tracer> tracer;
};

TEST_F(TracerTest, a_proxys_decision_counts_and_nobody_elses) {
  start({.sample_ratio = 0});
  EXPECT_TRUE(samples(kSampled, true));
  EXPECT_FALSE(samples(kSampled, false)) << "any client could send it";
  tracer.reset();
  start({.sample_ratio = 1});
  EXPECT_FALSE(samples(kNotSampled, true));
  EXPECT_TRUE(samples(kNotSampled, false));
  EXPECT_TRUE(samples("", true)) << "no decision was made yet";
}

TEST_F(TracerTest, a_flood_of_flags_through_a_proxy_is_bounded) {
  start({.sample_ratio = 0, .asked_per_second = 5});
  std::size_t sampled = 0;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 10'000; ++i) sampled += samples(kSampled, true) ? 1 : 0;
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
  EXPECT_GE(sampled, 5U);
  EXPECT_LE(sampled, 5U * (static_cast<std::size_t>(seconds) + 2));
}

TEST_F(TracerTest, a_clients_choice_of_trace_id_does_not_sway_the_ratio) {
  start({.sample_ratio = 0.5});
  int sampled = 0;
  for (int i = 0; i < 2'000; ++i) sampled += samples(kSampled, false) ? 1 : 0;
  EXPECT_GT(sampled, 500);
  EXPECT_LT(sampled, 1'500);
}

TEST_F(TracerTest, takes_a_parent_from_a_proxy_only) {
  start({.sample_ratio = 1});
  auto context = TraceContext::from_header(kSampled);
  (void)tracer->start(context, false);
  EXPECT_FALSE(context.has_parent());
  context = TraceContext::from_header(kSampled);
  (void)tracer->start(context, true);
  EXPECT_TRUE(context.has_parent());
}

TEST_F(TracerTest, sends_what_ended_and_counts_it) {
  start({.sample_ratio = 1});
  one_request();
  ASSERT_TRUE(collector.wait_for([&] { return !collector.messages.empty(); }));
  tracer.reset();
  EXPECT_NE(collector.messages[0].find("\"name\":\"GET /a\""), std::string::npos) << collector.messages[0];
  EXPECT_TRUE(metric("gatehouse_telemetry_spans_exported_total 1"));
}

TEST_F(TracerTest, sends_what_waits_before_it_goes) {
  start({.sample_ratio = 1});
  for (int i = 0; i < 100; ++i) one_request();
  tracer.reset();
  EXPECT_TRUE(metric("gatehouse_telemetry_spans_exported_total 100"));
}

TEST_F(TracerTest, repeats_the_same_message_until_the_collector_is_back) {
  collector.answers = {Delivery::unreachable, Delivery::unreachable};
  start({.sample_ratio = 1, .first_pause = 1ms});
  one_request();
  ASSERT_TRUE(collector.wait_for([&] { return collector.messages.size() == 3; }));
  tracer.reset();
  EXPECT_EQ(collector.messages[0], collector.messages[2]);
  EXPECT_TRUE(metric("gatehouse_telemetry_spans_exported_total 1"));
  EXPECT_TRUE(metric("gatehouse_telemetry_export_failures_total 2"));
  EXPECT_TRUE(metric("gatehouse_telemetry_collector_up 1"));
  EXPECT_TRUE(log.contains("trace_collector_unreachable"));
}

TEST_F(TracerTest, does_not_repeat_what_is_refused) {
  collector.answers = {Delivery::refused};
  start({.sample_ratio = 1});
  one_request();
  ASSERT_TRUE(collector.wait_for([&] { return !collector.messages.empty(); }));
  tracer.reset();
  EXPECT_EQ(collector.messages.size(), 1U);
  EXPECT_TRUE(metric("gatehouse_telemetry_spans_dropped_total{reason=\"refused\"} 1"));
}

TEST_F(TracerTest, a_frozen_collector_costs_spans_and_never_a_request) {
  collector.frozen = true;
  start({.sample_ratio = 1, .queue_spans = 10});
  one_request();
  ASSERT_TRUE(collector.wait_for([&] { return !collector.messages.empty(); }));
  for (int i = 0; i < 25; ++i) one_request();
  EXPECT_TRUE(metric("gatehouse_telemetry_spans_dropped_total{reason=\"queue_full\"} 15"));
  collector.thaw();
  tracer.reset();
  EXPECT_TRUE(metric("gatehouse_telemetry_spans_exported_total 11"));
}

TEST_F(TracerTest, stops_at_once_when_the_collector_is_away) {
  collector.answers.assign(1'000, Delivery::unreachable);
  start({.sample_ratio = 1, .first_pause = 1h, .longest_pause = 1h});
  one_request();
  ASSERT_TRUE(collector.wait_for([&] { return !collector.messages.empty(); }));
  one_request();
  tracer.reset();
  EXPECT_EQ(collector.messages.size(), 1U);
  EXPECT_TRUE(metric("gatehouse_telemetry_spans_dropped_total{reason=\"unreachable_at_stop\"} 2"));
  EXPECT_TRUE(metric("gatehouse_telemetry_collector_up 0"));
}

}  // namespace
}  // namespace gatehouse::telemetry
