#include "platform/telemetry/trace.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace gatehouse::telemetry {
namespace {

std::shared_ptr<Trace> make_trace() { return std::make_shared<Trace>(TraceContext::from_header("")); }

TEST(Trace, nests_a_span_in_the_innermost_that_is_open) {
  const auto trace = make_trace();
  const WorkingFor working(trace);
  {
    const Span outer("outer");
    { const Span inner("inner", SpanKind::client); }
    const Span second("second");
  }
  { const Span after("after"); }
  const auto content = trace->close();
  ASSERT_EQ(content.spans.size(), 5U);
  EXPECT_EQ(content.spans[0].kind, SpanKind::server);
  EXPECT_EQ(std::string(content.spans[1].name), "outer");
  EXPECT_EQ(content.spans[1].parent, 0U);
  EXPECT_EQ(content.spans[2].parent, 1U);
  EXPECT_EQ(content.spans[2].kind, SpanKind::client);
  EXPECT_EQ(content.spans[3].parent, 1U);
  EXPECT_EQ(content.spans[4].parent, 0U);
  for (const auto& span : content.spans) {
    EXPECT_GE(span.began, content.spans[span.parent].began) << span.name;
    EXPECT_LE(span.ended, content.spans[span.parent].ended) << span.name;
    EXPECT_LE(span.began, span.ended) << span.name;
  }
}

TEST(Trace, an_untraced_thread_leaves_nothing) {
  EXPECT_EQ(current_trace(), nullptr);
  const Span span("nobody's");
  EXPECT_EQ(current_trace(), nullptr);
}

TEST(Trace, a_thread_works_for_one_request_at_a_time_and_for_the_one_before_again) {
  const auto first = make_trace();
  const auto second = make_trace();
  {
    const WorkingFor one(first);
    {
      const WorkingFor other(second);
      const Span span("of the second");
    }
    std::thread([&] { EXPECT_EQ(current_trace(), nullptr) << "another thread has its own"; }).join();
    const Span span("of the first");
  }
  EXPECT_EQ(current_trace(), nullptr);
  EXPECT_EQ(first->close().spans.size(), 2U);
  EXPECT_EQ(second->close().spans.size(), 2U);
}

TEST(Trace, keeps_a_bounded_number_of_spans_and_counts_the_rest) {
  const auto trace = make_trace();
  const WorkingFor working(trace);
  for (std::size_t i = 0; i < Trace::kMaxSpans + 9; ++i) const Span span("one more");
  trace->waited(std::chrono::steady_clock::now());
  const auto content = trace->close();
  EXPECT_EQ(content.spans.size(), Trace::kMaxSpans);
  EXPECT_EQ(content.not_kept, 11U);  // the request's own is the first of kMaxSpans
}

TEST(Trace, ends_what_is_open_when_it_closes_and_keeps_nothing_that_comes_later) {
  const auto trace = make_trace();
  const WorkingFor working(trace);
  const Span open("open");
  const auto content = trace->close();
  ASSERT_EQ(content.spans.size(), 2U);
  EXPECT_GE(content.spans[1].ended, content.spans[1].began);
  { const Span late("late"); }
  EXPECT_TRUE(trace->close().spans.empty());
}

TEST(Trace, a_second_attempt_waits_from_the_end_of_the_first) {
  const auto trace = make_trace();
  const WorkingFor working(trace);
  const auto queued = std::chrono::steady_clock::now();
  for (int attempt = 0; attempt < 2; ++attempt) {
    trace->waited(queued);
    const Span run("run");
  }
  const auto spans = trace->close().spans;
  ASSERT_EQ(spans.size(), 5U);
  EXPECT_EQ(spans[1].began, queued);
  EXPECT_EQ(std::string(spans[3].name), "wait");
  EXPECT_EQ(spans[3].began, spans[2].ended);
}

}  // namespace
}  // namespace gatehouse::telemetry
