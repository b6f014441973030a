#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <string>
#include <utility>
#include <vector>

#include "platform/runtime/event_loops.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::runtime {
namespace {

namespace asio = boost::asio;
using telemetry::Trace;

std::shared_ptr<Trace> make_trace() { return std::make_shared<Trace>(telemetry::TraceContext::from_header("")); }

// Each span as `parent/name`, in the order they began.
std::vector<std::string> tree(Trace& trace) {
  const auto spans = trace.close().spans;
  std::vector<std::string> lines;
  for (std::size_t i = 1; i < spans.size(); ++i) {
    lines.push_back(std::string(spans[spans[i].parent].name) + "/" + spans[i].name);
  }
  return lines;
}

class TracedTask : public testing::Test {
 protected:
  TracedTask() { loops.start(); }

  // As a service handles a request: the handler works for the request's trace.
  template <class F>
  std::future<void> handle(std::shared_ptr<Trace> trace, F handler) {
    const auto request = [](std::shared_ptr<Trace> its, F work) -> asio::awaitable<void> {
      const telemetry::WorkingFor working(std::move(its));
      co_await work();
    };
    return asio::co_spawn(loops.context(0), request(std::move(trace), std::move(handler)), asio::use_future);
  }

  EventLoops loops{1};
  Pool pool{{.name = "work", .threads = 2}};
};

TEST_F(TracedTask, shows_how_long_it_waited_and_ran_and_what_it_did) {
  const auto trace = make_trace();
  handle(trace, [this]() -> asio::awaitable<void> {
    co_await pool.run([](std::size_t) { const telemetry::Span span("inside"); });
    const telemetry::Span span("behind");
  }).get();
  EXPECT_EQ(tree(*trace), (std::vector<std::string>{"/work", "work/wait", "work/run", "run/inside", "/behind"}));
}

TEST_F(TracedTask, requests_that_take_turns_on_a_loop_keep_their_own) {
  const auto body = [this]() -> asio::awaitable<void> {
    for (int i = 0; i < 3; ++i) co_await pool.run([](std::size_t) { const telemetry::Span span("inside"); });
  };
  std::vector<std::shared_ptr<Trace>> traces;
  std::vector<std::future<void>> requests;
  for (int i = 0; i < 50; ++i) {
    traces.push_back(i % 2 == 0 ? make_trace() : nullptr);
    requests.push_back(handle(traces.back(), body));
  }
  for (auto& request : requests) request.get();
  const std::vector<std::string> one{"/work", "work/wait", "work/run", "run/inside"};
  std::vector<std::string> expected;
  for (int i = 0; i < 3; ++i) expected.insert(expected.end(), one.begin(), one.end());
  for (const auto& trace : traces) {
    if (trace) EXPECT_EQ(tree(*trace), expected);
  }
}

TEST_F(TracedTask, ends_its_spans_when_the_work_throws) {
  const auto trace = make_trace();
  auto request = handle(trace, [this]() -> asio::awaitable<void> {
    co_await pool.run([](std::size_t) { throw std::runtime_error("no"); });
  });
  EXPECT_THROW(request.get(), std::runtime_error);
  EXPECT_EQ(tree(*trace), (std::vector<std::string>{"/work", "work/wait", "work/run"}));
  auto left = asio::co_spawn(
      loops.context(0), []() -> asio::awaitable<bool> { co_return telemetry::current_trace() == nullptr; },
      asio::use_future);
  EXPECT_TRUE(left.get()) << "the loop works for nobody";
}

}  // namespace
}  // namespace gatehouse::runtime
