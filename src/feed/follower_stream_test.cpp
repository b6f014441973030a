#include "feed/follower_test.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::FollowerTest;

TEST_F(FollowerTest, the_stream_brings_rows_and_proves_nothing) {
  hear_all(0);
  (void)a->stream();  // what came before the gate listened
  a->journal().append(test::ended_from(1, 2));
  confirm(*a);
  follower->streamed(a->stream());
  EXPECT_TRUE(gates.refuses(1) && gates.refuses(2));
  EXPECT_FALSE(age());
  EXPECT_EQ(follower->ask(0).after, 2U) << "and need not be asked for again";
  EXPECT_TRUE(counted("gatehouse_feed_rows_applied_total{by=\"stream\"} 2"));
}

TEST_F(FollowerTest, while_the_stream_speaks_for_a_node_it_is_asked_now_and_then_only) {
  hear_all(0);
  follower->streamed(a->stream());
  EXPECT_EQ(follower->pause(0), seconds(1));
  EXPECT_EQ(follower->ask(0).wait, milliseconds(0));
  clock.advance(milliseconds(600));
  EXPECT_EQ(follower->pause(0), milliseconds(0)) << "nothing was heard for too long";
  follower->streamed(a->stream());
  EXPECT_EQ(follower->pause(0), seconds(1));
  woken.clear();
  follower->stream_lost();
  EXPECT_EQ(woken, std::vector<std::size_t>{0});
  EXPECT_EQ(follower->ask(0).wait, milliseconds(250));
}

TEST_F(FollowerTest, F02_a_gap_is_noticed_and_repaired_and_its_rows_count_at_once) {
  hear_all(0);
  follower->streamed(a->stream());
  a->journal().append(test::ended_from(1, 2));
  (void)a->stream();  // lost
  a->journal().append({test::ended(3)});
  follower->streamed(a->stream());
  EXPECT_TRUE(gates.refuses(3));
  EXPECT_FALSE(gates.refuses(1));
  EXPECT_EQ(woken, std::vector<std::size_t>{0});
  EXPECT_EQ(follower->pause(0), milliseconds(0));
  EXPECT_EQ(follower->ask(0).after, 0U);
  ASSERT_TRUE(exchange(0));
  EXPECT_TRUE(gates.refuses(1) && gates.refuses(2));
  EXPECT_EQ(follower->ask(0).after, 3U);
  EXPECT_TRUE(counted("gatehouse_feed_gaps_total 1"));
  EXPECT_TRUE(counted("gatehouse_feed_repairs_total 1"));
}

TEST_F(FollowerTest, messages_in_another_order_or_twice_lose_nothing) {
  hear_all(0);
  std::vector<std::string> messages;
  for (int number = 1; number <= 4; ++number) {
    a->journal().append({test::ended(number)});
    messages.push_back(a->stream());
  }
  for (const std::size_t i : {2U, 0U, 2U, 1U, 3U, 3U}) follower->streamed(messages[i]);
  ASSERT_TRUE(exchange(0));
  for (int number = 1; number <= 4; ++number) EXPECT_TRUE(gates.refuses(number)) << number;
  EXPECT_TRUE(counted("gatehouse_feed_messages_refused_total{reason=\"replayed\"} 4"));
}

TEST_F(FollowerTest, a_recorded_stream_played_again_speaks_for_nobody) {
  hear_all(0);
  const auto recorded = a->stream();
  follower->streamed(recorded);
  clock.advance(seconds(2));
  follower->streamed(recorded);
  EXPECT_EQ(follower->pause(0), milliseconds(0));
}

TEST_F(FollowerTest, what_both_carriers_bring_is_applied_once) {
  hear_all(0);
  a->journal().append(test::ended_from(1, 10));
  ASSERT_TRUE(exchange(0));
  follower->streamed(a->stream());
  EXPECT_EQ(gates.applied, 10U);
}

TEST_F(FollowerTest, a_row_of_a_node_nobody_has_asked_yet_counts) {
  b->journal().append({test::ended(1)});
  follower->streamed(b->stream());
  EXPECT_TRUE(gates.refuses(1));
  EXPECT_EQ(follower->ask(1).after, 0U) << "but its beginning is still to be heard";
}

}  // namespace
}  // namespace gatehouse::feed
