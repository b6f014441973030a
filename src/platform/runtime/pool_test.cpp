#include "platform/runtime/pool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/base/unavailable.hpp"
#include "platform/runtime/event_loops.hpp"

namespace gatehouse::runtime {
namespace {

namespace asio = boost::asio;

class PoolTest : public testing::Test {
 protected:
  PoolTest() { loops.start(); }

  template <class F>
  std::future<std::invoke_result_t<F&, std::size_t>> run(Pool& pool, F fn, std::uint64_t key = 0,
                                                         std::size_t loop = 0) {
    using Value = std::invoke_result_t<F&, std::size_t>;
    auto work = [](Pool& on, F f, std::uint64_t k) -> asio::awaitable<Value> {
      co_return co_await on.run(std::move(f), k);
    };
    return asio::co_spawn(loops.context(loop), work(pool, std::move(fn), key), asio::use_future);
  }

  // Keeps the pool's only thread busy until `gate` is released; returns when it is.
  std::future<void> occupy(Pool& pool, std::latch& gate) {
    auto busy = std::make_shared<std::promise<void>>();
    auto started = busy->get_future();
    auto done = run(pool, [&gate, busy](std::size_t) {
      busy->set_value();
      gate.wait();
    });
    started.wait();
    return done;
  }

  // Everything the loop was given before this has been done.
  void settle() {
    loops.on_each_blocking([](std::size_t) {});
  }

  EventLoops loops{4};
};

template <class Future>
std::string refusal(Future& future) {
  try {
    (void)future.get();
  } catch (const base::Unavailable& reason) {
    return reason.what();
  }
  return "was run";
}

TEST_F(PoolTest, runs_elsewhere_and_comes_back_to_the_callers_loop) {
  Pool pool({.name = "test"});
  const auto work = [&]() -> asio::awaitable<bool> {
    const auto home = std::this_thread::get_id();
    const auto there = co_await pool.run([](std::size_t) { return std::this_thread::get_id(); });
    co_return there != home&& std::this_thread::get_id() == home;
  };
  EXPECT_TRUE(asio::co_spawn(loops.context(2), work(), asio::use_future).get());
}

TEST_F(PoolTest, a_result_that_can_only_be_moved_is_moved) {
  Pool pool({.name = "test"});
  EXPECT_EQ(*run(pool, [](std::size_t) { return std::make_unique<int>(42); }).get(), 42);
  auto owned = std::make_unique<int>(7);
  EXPECT_EQ(run(pool, [owned = std::move(owned)](std::size_t) { return *owned; }).get(), 7);
}

TEST_F(PoolTest, passes_on_what_the_work_throws) {
  Pool pool({.name = "test"});
  auto failed = run(pool, [](std::size_t) -> int { throw std::out_of_range("exactly this"); });
  EXPECT_THROW(
      {
        try {
          (void)failed.get();
        } catch (const std::out_of_range& error) {
          EXPECT_STREQ(error.what(), "exactly this");
          throw;
        }
      },
      std::out_of_range);
  EXPECT_EQ(run(pool, [](std::size_t) { return 1; }).get(), 1) << "the thread lives on";
}

TEST_F(PoolTest, tells_each_thread_apart) {
  Pool pool({.name = "test", .threads = 3});
  std::latch all(3);
  std::vector<std::future<std::size_t>> workers;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(run(pool, [&all](std::size_t worker) {
      all.arrive_and_wait();  // all three at once: three different threads
      return worker;
    }));
  }
  std::vector<std::size_t> seen;
  for (auto& worker : workers) seen.push_back(worker.get());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<std::size_t>{0, 1, 2}));
}

TEST_F(PoolTest, a_full_queue_refuses_at_once) {
  Pool pool({.name = "hash", .threads = 1, .queue_limit = 2});
  std::latch gate(1);
  auto busy = occupy(pool, gate);
  auto first = run(pool, [](std::size_t) { return 1; });
  auto second = run(pool, [](std::size_t) { return 2; });
  settle();
  auto third = run(pool, [](std::size_t) { return 3; });
  EXPECT_EQ(refusal(third), "hash_queue_full");  // while the thread is still busy: it did not wait
  EXPECT_EQ(pool.stats().depth, 2U);
  EXPECT_EQ(pool.stats().busy, 1U);
  EXPECT_EQ(pool.stats().refused, 1U);
  gate.count_down();
  busy.get();
  EXPECT_EQ(first.get(), 1);
  EXPECT_EQ(second.get(), 2);
}

TEST_F(PoolTest, a_full_queue_takes_the_place_from_whoever_holds_most_of_it) {
  Pool pool({.name = "hash", .threads = 1, .queue_limit = 3});
  std::latch gate(1);
  auto busy = occupy(pool, gate);
  std::vector<std::future<int>> flood;
  for (int i = 0; i < 3; ++i)
    flood.push_back(run(
        pool, [i](std::size_t) { return i; }, 1));
  settle();
  auto other = run(
      pool, [](std::size_t) { return 9; }, 2);
  EXPECT_EQ(refusal(flood[2]), "hash_queue_full");
  gate.count_down();
  EXPECT_EQ(other.get(), 9);
  EXPECT_EQ(flood[0].get(), 0);
  EXPECT_EQ(flood[1].get(), 1);
  busy.get();
}

TEST_F(PoolTest, a_task_that_waited_too_long_is_refused_not_run) {
  constexpr std::chrono::milliseconds kMaxWait{300};
  Pool pool({.name = "hash", .threads = 1, .queue_limit = 64, .nice = 0, .max_wait = kMaxWait});
  std::latch gate(1);
  auto busy = occupy(pool, gate);
  std::atomic<bool> ran{false};
  auto late = run(pool, [&](std::size_t) { ran = true; });
  ASSERT_EQ(late.wait_for(kMaxWait + std::chrono::milliseconds(50)), std::future_status::timeout);
  gate.count_down();
  EXPECT_EQ(refusal(late), "hash_queue_stale");
  EXPECT_FALSE(ran);
  busy.get();
}

TEST_F(PoolTest, its_end_refuses_what_waits_and_finishes_what_runs) {
  std::latch gate(1);
  std::future<void> busy;
  std::future<int> waiting;
  {
    Pool pool({.name = "hash", .threads = 1});
    busy = occupy(pool, gate);
    waiting = run(pool, [](std::size_t) { return 1; });
    settle();
    asio::co_spawn(
        loops.context(1),
        [](std::future<int>& refused, std::latch& g) -> asio::awaitable<void> {
          refused.wait();  // refused before what runs has ended
          g.count_down();
          co_return;
        }(waiting, gate),
        asio::use_future);
  }
  EXPECT_EQ(refusal(waiting), "hash_stopping");
  EXPECT_NO_THROW(busy.get());
}

TEST_F(PoolTest, its_threads_are_as_meek_as_asked_and_no_other_is) {
  Pool pool({.name = "hash", .threads = 1, .queue_limit = 4, .nice = 19});
  const auto nice_of_this_thread = [](std::size_t) { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); };
  const int here = nice_of_this_thread(0);
  EXPECT_EQ(run(pool, nice_of_this_thread).get(), 19);
  EXPECT_EQ(nice_of_this_thread(0), here);
  Pool other({.name = "storage"});
  EXPECT_EQ(run(other, nice_of_this_thread).get(), here);
}

TEST_F(PoolTest, a_thousand_runs_from_all_loops_at_once_all_come_back) {
  Pool pool({.name = "test", .threads = 4, .queue_limit = 1000});
  std::atomic<int> ran{0};
  std::vector<std::future<int>> all;
  for (int i = 0; i < 1000; ++i) {
    const auto n = static_cast<std::size_t>(i);
    all.push_back(run(
        pool,
        [&ran, i](std::size_t) {
          ++ran;
          return i;
        },
        n % 7, n % loops.size()));
  }
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)].get(), i);
  EXPECT_EQ(ran, 1000);
  const auto stats = pool.stats();
  EXPECT_EQ(stats.done, 1000U);
  EXPECT_EQ(stats.depth + stats.busy + stats.refused, 0U);
}

}  // namespace
}  // namespace gatehouse::runtime
