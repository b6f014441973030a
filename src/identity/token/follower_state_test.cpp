#include "identity/token/follower_state.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint kNow{1h};

std::string gaps_of(const FollowerState& state) {
  std::string text;
  for (const auto& gap : state.gaps()) text += std::to_string(gap.first) + "-" + std::to_string(gap.last) + " ";
  return text;
}

FollowerState after(std::initializer_list<std::int64_t> seqs) {
  FollowerState state;
  for (const auto seq : seqs) state.saw(seq, kNow);
  return state;
}

TEST(FollowerState, what_was_skipped_is_a_gap_and_what_came_later_fills_it) {
  EXPECT_EQ(gaps_of(after({1, 2, 3})), "");
  EXPECT_EQ(gaps_of(after({1, 5})), "2-4 ");
  EXPECT_EQ(gaps_of(after({1, 5, 2})), "3-4 ");
  EXPECT_EQ(gaps_of(after({1, 5, 4})), "2-3 ");
  EXPECT_EQ(gaps_of(after({1, 5, 3})), "2-2 4-4 ");
  EXPECT_EQ(gaps_of(after({1, 5, 3, 2, 4})), "");
  EXPECT_EQ(gaps_of(after({3, 6, 9, 7, 7, 2, 6})), "1-1 4-5 8-8 ") << "twice is as good as once";
  EXPECT_EQ(after({3, 9, 7}).head(), 9);
}

TEST(FollowerState, forgets_a_gap_by_when_it_was_noticed_not_by_when_it_was_split) {
  FollowerState state;
  state.saw(5, kNow);
  state.saw(9, kNow + 1s);
  state.saw(3, kNow + 2s);
  state.forget(kNow);
  EXPECT_EQ(gaps_of(state), "6-8 ");
  state.forget(kNow + 1s);
  EXPECT_EQ(gaps_of(state), "");
}

TEST(FollowerState, has_a_bound_and_loses_no_gap_at_it) {
  FollowerState state;
  for (std::int64_t seq = 2; seq <= 4000; seq += 2) state.saw(seq, kNow);
  EXPECT_EQ(state.gaps().size(), FollowerState::kMaxGaps);
  EXPECT_EQ(state.gaps().front().first, 1);
  for (std::int64_t seq = 1; seq < 4000; seq += 2) state.saw(seq, kNow);
  for (std::int64_t seq = 2; seq < 4000; seq += 2) state.saw(seq, kNow);
  EXPECT_EQ(gaps_of(state), "");
}

}  // namespace
}  // namespace gatehouse::identity
