#include "platform/runtime/event_loops.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace gatehouse::runtime {
namespace {

namespace asio = boost::asio;

TEST(EventLoops, each_loop_is_one_thread_of_its_own) {
  EventLoops loops(3);
  loops.start();
  std::vector<std::thread::id> first(3), second(3);
  loops.on_each_blocking([&](std::size_t loop) { first[loop] = std::this_thread::get_id(); });
  loops.on_each_blocking([&](std::size_t loop) { second[loop] = std::this_thread::get_id(); });
  EXPECT_EQ(first, second);
  EXPECT_NE(first[0], first[1]);
  EXPECT_NE(first[1], first[2]);
  EXPECT_NE(first[0], std::this_thread::get_id());
}

TEST(EventLoops, what_is_posted_before_the_start_runs_first_and_in_order) {
  EventLoops loops(2);
  std::vector<std::vector<int>> order(2);  // each touched by its loop alone
  for (int i = 0; i < 3; ++i) {
    loops.post_to_each([&order, i](std::size_t loop) { order[loop].push_back(i); });
  }
  EXPECT_TRUE(order[0].empty()) << "nothing runs before the start";
  loops.start();
  loops.on_each_blocking([&](std::size_t loop) { order[loop].push_back(3); });
  EXPECT_EQ(order[0], (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(order[1], (std::vector{0, 1, 2, 3}));
}

TEST(EventLoops, on_each_completes_on_the_callers_loop_after_every_loop_has_run) {
  EventLoops loops(4);
  loops.start();
  const auto work = [&]() -> asio::awaitable<bool> {
    const auto home = std::this_thread::get_id();
    std::atomic<int> ran{0};
    co_await loops.on_each([&](std::size_t) { ++ran; });
    co_return ran == 4 && std::this_thread::get_id() == home;
  };
  for (int i = 0; i < 100; ++i) {
    const auto loop = static_cast<std::size_t>(i) % loops.size();
    ASSERT_TRUE(asio::co_spawn(loops.context(loop), work(), asio::use_future).get());
  }
}

// A revocation published from every loop at once must not wait in a circle.
TEST(EventLoops, loops_that_wait_for_each_other_all_go_on) {
  EventLoops loops(4);
  loops.start();
  std::vector<std::future<void>> all;
  std::atomic<int> ran{0};
  const auto work = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < 50; ++i) co_await loops.on_each([&](std::size_t) { ++ran; });
  };
  for (std::size_t i = 0; i < 16; ++i) all.push_back(asio::co_spawn(loops.context(i % 4), work(), asio::use_future));
  for (auto& one : all) one.get();
  EXPECT_EQ(ran, 16 * 50 * 4);
}

TEST(EventLoops, stopping_twice_is_stopping_once) {
  EventLoops loops(2);
  loops.start();
  loops.stop();
  loops.stop();
}

TEST(EventLoops, may_end_without_ever_having_started) {
  EventLoops loops(2);
  const auto guard = std::make_shared<int>(0);
  loops.post_to_each([guard](std::size_t) {});
  EXPECT_GT(guard.use_count(), 1);
}

// A publish in flight when the process stops: its coroutine belongs to one loop, its continuation hangs in another.
TEST(EventLoops, may_end_while_one_loop_waits_for_another) {
  for (const std::size_t home : {0U, 1U}) {
    std::promise<void> waiting, stopped;
    EventLoops loops(2);
    loops.start();
    asio::post(loops.context(1 - home), [&] { stopped.get_future().wait(); });
    const auto work = [&]() -> asio::awaitable<void> {
      asio::post(loops.context(home), [&] { waiting.set_value(); });
      co_await loops.on_each([](std::size_t) {});
    };
    asio::co_spawn(loops.context(home), work(), asio::detached);
    waiting.get_future().wait();
    for (const std::size_t loop : {0U, 1U}) loops.context(loop).stop();
    stopped.set_value();
  }
}

}  // namespace
}  // namespace gatehouse::runtime
