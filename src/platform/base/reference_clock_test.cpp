#include "platform/base/reference_clock.hpp"

#include <gtest/gtest.h>

namespace gatehouse::base {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds apart(TimePoint a, TimePoint b) { return a > b ? a - b : b - a; }

TEST(ReferenceClock, begins_with_what_the_machine_shows) {
  const ReferenceClock clock;
  EXPECT_LT(apart(clock.now(), SystemClock().now()), 1min);
  EXPECT_LT(clock.machine_ahead(), 1min);
}

TEST(ReferenceClock, F02_a_machine_that_is_a_day_off_shows_what_the_reference_shows) {
  for (const auto off : {-24h, 24h}) {
    ReferenceClock clock;
    const auto reference = SystemClock().now() + off;
    const auto moment = clock.steady_now();
    EXPECT_TRUE(clock.hear(reference, moment, moment));
    EXPECT_LT(apart(clock.now(), reference), 1min);
    EXPECT_LT(apart(TimePoint(clock.machine_ahead()), TimePoint(-off)), 1min);
    EXPECT_TRUE(clock.hear(SystemClock().now(), clock.steady_now(), clock.steady_now()));
    EXPECT_LT(clock.machine_ahead(), 1min) << "and back";
  }
}

TEST(ReferenceClock, does_not_move_within_the_doubt_that_a_slow_answer_leaves) {
  ReferenceClock clock;
  const auto machine = SystemClock().now();
  const auto moment = clock.steady_now();
  EXPECT_FALSE(clock.hear(machine + 50ms, moment, moment)) << "what no token notices";
  EXPECT_FALSE(clock.hear(machine + 4s, moment - 5s, moment + 5s)) << "may have been shown 5 s ago";
  EXPECT_TRUE(clock.hear(machine + 8s, moment - 5s, moment + 5s));
  EXPECT_GT(clock.now() - machine, 7s);
}

}  // namespace
}  // namespace gatehouse::base
