#include "platform/limits/window_counter.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;

template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context loop;
  auto done = boost::asio::co_spawn(loop, std::move(work), boost::asio::use_future);
  loop.run();
  return done.get();
}

TEST(LocalWindowCounter, counts_by_kind_and_subject_until_the_window_is_over) {
  base::FakeClock clock;
  LocalWindowCounter counter(1024, clock);
  EXPECT_EQ(run(counter.add("address", "a", 60s)).count, 1U);
  clock.advance(59s);
  EXPECT_EQ(run(counter.add("address", "a", 60s)).count, 2U);
  EXPECT_EQ(run(counter.add("address", "b", 60s)).count, 1U);
  EXPECT_EQ(run(counter.look("account", "a")).count, 0U);
  EXPECT_EQ(run(counter.look("address", "a")).count, 2U);
  clock.advance(1s);
  EXPECT_EQ(run(counter.look("address", "a")).count, 0U) << "the window began with the first";
  EXPECT_EQ(run(counter.add("address", "a", 60s)).count, 1U);
}

TEST(LocalWindowCounter, forgets_one_subject_and_no_other) {
  base::FakeClock clock;
  LocalWindowCounter counter(1024, clock);
  run(counter.add("address", "a", 60s));
  run(counter.add("address", "b", 60s));
  run(counter.forget("address", "a"));
  EXPECT_EQ(run(counter.look("address", "a")).count, 0U);
  EXPECT_EQ(run(counter.look("address", "b")).count, 1U);
}

TEST(LocalWindowCounter, U07_a_hundred_at_once_count_a_hundred_and_one_of_them_is_the_first) {
  base::FakeClock clock;
  LocalWindowCounter counter(1024, clock);
  std::atomic<int> first = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      if (run(counter.add("proof", "p", 60s)).count == 1) ++first;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(run(counter.look("proof", "p")).count, 100U);
}

TEST(LocalWindowCounter, a_flood_of_new_subjects_does_not_push_out_who_was_seen_often) {
  base::FakeClock clock;
  LocalWindowCounter counter(64, clock);
  for (int i = 0; i < 5; ++i) run(counter.add("address", "guesser", 60s));
  for (int i = 0; i < 10'000; ++i) run(counter.add("address", std::to_string(i), 60s));
  EXPECT_EQ(run(counter.look("address", "guesser")).count, 5U);
}

TEST(Tally, who_counts_alone_is_allowed_half) {
  EXPECT_FALSE((Tally{.count = 4}.reaches(5)));
  EXPECT_TRUE((Tally{.count = 5}.reaches(5)));
  EXPECT_TRUE((Tally{.count = 3, .alone = true}.reaches(5)));
  EXPECT_FALSE((Tally{.count = 2, .alone = true}.reaches(5)));
  EXPECT_TRUE((Tally{.count = 1, .alone = true}.reaches(1)));
}

}  // namespace
}  // namespace gatehouse::limits
