#include "platform/runtime/deadline_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace gatehouse::runtime {
namespace {

using std::chrono::milliseconds;

class Watched final : public DeadlineWheel::Entry {
 public:
  explicit Watched(std::function<void()> then = [] {}) : then_(std::move(then)) {}
  int expired = 0;

 protected:
  void on_deadline() override {
    ++expired;
    const auto then = then_;  // it may destroy *this
    then();
  }

 private:
  std::function<void()> then_;
};

class DeadlineWheelTest : public testing::Test {
 protected:
  // How many ticks pass until it expires; -1 when it does not within `most`.
  int ticks_until(const Watched& entry, int most = 2000) {
    const int before = entry.expired;
    for (int tick = 1; tick <= most; ++tick) {
      wheel.advance();
      if (entry.expired != before) return tick;
    }
    return -1;
  }

  boost::asio::io_context context{1};
  DeadlineWheel wheel{context};
};

// The tick at hand may be all but over: n ticks are sure to have passed only when n + 1 were counted.
TEST_F(DeadlineWheelTest, a_deadline_is_never_early_and_at_most_two_ticks_late) {
  for (const int ms : {0, 1, 249, 250, 251, 300, 500, 1'000, 5'000, 29'999, 30'000, 127'000, 128'000}) {
    Watched entry;
    wheel.set(entry, milliseconds(ms));
    const int ticks = ticks_until(entry);
    EXPECT_GE((ticks - 1) * 250, ms) << "set at the very end of a tick";
    EXPECT_LE(ticks * 250, std::max(ms, 1) + 500) << "set at its start";
  }
}

TEST_F(DeadlineWheelTest, expires_once) {
  Watched entry;
  wheel.set(entry, milliseconds(250));
  ASSERT_GT(ticks_until(entry), 0);
  EXPECT_EQ(ticks_until(entry, 2000), -1);
}

TEST_F(DeadlineWheelTest, moving_it_later_counts_from_then) {
  Watched entry;
  wheel.set(entry, milliseconds(500));
  for (int i = 0; i < 50; ++i) {
    wheel.set(entry, milliseconds(500));  // as a busy connection does
    wheel.advance();
    ASSERT_EQ(entry.expired, 0);
  }
  wheel.set(entry, milliseconds(10'000));
  EXPECT_EQ(ticks_until(entry), 41);
}

TEST_F(DeadlineWheelTest, moving_it_earlier_counts_from_then) {
  Watched entry;
  wheel.set(entry, milliseconds(60'000));
  wheel.advance();
  wheel.set(entry, milliseconds(250));
  EXPECT_EQ(ticks_until(entry), 2);
  EXPECT_EQ(ticks_until(entry), -1) << "the first deadline is gone";
}

TEST_F(DeadlineWheelTest, moving_it_later_and_earlier_again_keeps_the_last) {
  Watched entry;
  wheel.set(entry, milliseconds(1'000));
  wheel.set(entry, milliseconds(20'000));
  wheel.set(entry, milliseconds(5'000));
  EXPECT_EQ(ticks_until(entry), 21);
}

TEST_F(DeadlineWheelTest, a_deadline_of_more_than_a_round_waits_for_its_own) {
  Watched entry;
  wheel.set(entry, milliseconds(400'000));
  EXPECT_EQ(ticks_until(entry), 1'601);
}

TEST_F(DeadlineWheelTest, an_entry_may_be_destroyed_when_its_time_is_up) {
  std::optional<Watched> entry;
  bool destroyed = false;
  entry.emplace([&] {
    entry.reset();
    destroyed = true;
  });
  wheel.set(*entry, milliseconds(250));
  for (int i = 0; i < 3; ++i) wheel.advance();
  EXPECT_TRUE(destroyed);
  EXPECT_FALSE(entry);
}

TEST_F(DeadlineWheelTest, an_entry_may_destroy_its_neighbours_in_the_slot) {
  auto second = std::make_unique<Watched>();
  auto third = std::make_unique<Watched>();
  Watched first([&] {
    second.reset();
    third.reset();
  });
  wheel.set(first, milliseconds(250));
  wheel.set(*second, milliseconds(250));
  wheel.set(*third, milliseconds(250));
  for (int i = 0; i < 3; ++i) wheel.advance();
  EXPECT_EQ(first.expired, 1);
  EXPECT_FALSE(second || third);
}

TEST_F(DeadlineWheelTest, an_entry_may_set_itself_again) {
  Watched* self = nullptr;
  Watched entry([&] { wheel.set(*self, milliseconds(250)); });
  self = &entry;
  wheel.set(entry, milliseconds(250));
  for (int i = 0; i < 10; ++i) wheel.advance();
  EXPECT_EQ(entry.expired, 5);
}

TEST_F(DeadlineWheelTest, a_destroyed_entry_is_forgotten) {
  {
    Watched entry;
    wheel.set(entry, milliseconds(250));
  }
  for (int i = 0; i < 600; ++i) wheel.advance();  // touches every slot: a dangling one would be seen by ASan
}

TEST(DeadlineWheel, entries_may_outlive_it) {
  boost::asio::io_context context(1);
  Watched entry;
  {
    DeadlineWheel wheel(context);
    wheel.set(entry, milliseconds(250));
  }
  EXPECT_EQ(entry.expired, 0);
}

TEST(DeadlineWheel, ticks_by_itself_once_started) {
  boost::asio::io_context context(1);
  DeadlineWheel wheel(context);
  Watched entry([&] { wheel.stop(); });
  wheel.set(entry, milliseconds(1));
  wheel.start();
  context.run();  // ends only when the wheel has stopped
  EXPECT_EQ(entry.expired, 1);
}

}  // namespace
}  // namespace gatehouse::runtime
