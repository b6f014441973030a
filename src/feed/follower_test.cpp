#include "feed/follower_test.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::FollowerTest;

TEST_F(FollowerTest, F02_nothing_is_complete_before_anybody_was_heard) {
  EXPECT_FALSE(age());
  EXPECT_FALSE(exchange(0) && age()) << "one of two, and not sure of its database";
}

// Rule (a).
TEST_F(FollowerTest, one_node_that_is_sure_of_the_database_is_enough) {
  a->journal().append(test::ended_from(1, 3));
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  EXPECT_EQ(age(), milliseconds(0));
  EXPECT_TRUE(gates.refuses(1) && gates.refuses(2) && gates.refuses(3));
}

// Rule (b).
TEST_F(FollowerTest, F02_with_the_database_away_all_nodes_together_are_enough) {
  a->journal().append({test::ended(1)});
  b->journal().append({test::ended(2)});
  ASSERT_TRUE(exchange(0));
  EXPECT_FALSE(age());
  ASSERT_TRUE(exchange(1));
  EXPECT_EQ(age(), milliseconds(0));
  EXPECT_TRUE(gates.refuses(1) && gates.refuses(2));
}

TEST_F(FollowerTest, F02_the_loss_of_one_node_changes_nothing_while_another_is_sure_of_the_database) {
  for (int second = 0; second < 60; ++second) {
    confirm(*b);
    follower->lost(0, "timed_out");
    ASSERT_TRUE(exchange(1));
    EXPECT_EQ(age(), milliseconds(0));
    clock.advance(seconds(1));
    node_clock.advance(seconds(1));
  }
}

TEST_F(FollowerTest, F02_the_loss_of_a_node_and_of_the_database_leaves_nobody_who_could_know) {
  confirm(*a);
  confirm(*b);
  ASSERT_TRUE(exchange(0) && exchange(1));
  for (int second = 1; second <= 10; ++second) {
    clock.advance(seconds(1));
    node_clock.advance(seconds(1));
    follower->lost(0, "not_connected");
    ASSERT_TRUE(exchange(1));
    EXPECT_EQ(age(), seconds(second)) << "A may have ended something, and told nobody";
  }
  EXPECT_TRUE(log.contains("feed_stale"));
  confirm(*b);
  ASSERT_TRUE(exchange(1));
  EXPECT_EQ(age(), milliseconds(0));
  EXPECT_TRUE(log.contains("feed_complete"));
}

TEST_F(FollowerTest, an_answer_speaks_of_the_moment_when_its_question_left_and_of_what_was_held) {
  confirm(*a);
  node_clock.advance(milliseconds(15));  // since the node was sure
  const Ask ask = follower->ask(0);
  clock.advance(milliseconds(400));
  ASSERT_TRUE(follower->answered(0, a->answer(ask, milliseconds(240))));
  EXPECT_EQ(age(), milliseconds(400 - 240 + 15));
}

TEST_F(FollowerTest, F02_an_answer_that_was_an_hour_on_its_way_speaks_of_an_hour_ago) {
  confirm(*a);
  const Ask ask = follower->ask(0);
  const auto bytes = a->answer(ask);
  clock.advance(hours(1));
  ASSERT_TRUE(follower->answered(0, bytes));
  EXPECT_EQ(age(), hours(1));
}

TEST_F(FollowerTest, what_was_known_is_never_known_less) {
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  clock.advance(seconds(1));
  node_clock.advance(hours(1));  // B was sure an hour ago
  b->journal().confirm(node_clock.steady_now() - hours(1));
  ASSERT_TRUE(exchange(1));
  EXPECT_EQ(age(), seconds(1));
}

TEST_F(FollowerTest, F02_a_snapshot_is_complete_with_its_last_page_and_not_before) {
  a->journal().append(test::ended_from(1, 100'000));
  confirm(*a);
  int pages = 0;
  while (gates.refused.size() < 100'000) {
    ASSERT_FALSE(age()) << pages;
    ASSERT_TRUE(exchange(0));
    ++pages;
    ASSERT_EQ(follower->pause(0), milliseconds(0)) << "the next page at once";
  }
  EXPECT_EQ(age(), milliseconds(0));
  EXPECT_EQ(pages, 49);
  EXPECT_TRUE(counted("gatehouse_feed_rows_applied_total{by=\"answer\"} 100000"));
}

TEST_F(FollowerTest, a_question_asks_behind_what_is_known_and_may_be_held_once_nothing_is_left) {
  a->journal().append(test::ended_from(1, 5));
  EXPECT_EQ(follower->ask(0).wait, milliseconds(0));
  ASSERT_TRUE(exchange(0));
  const Ask ask = follower->ask(0);
  EXPECT_EQ(ask.instance, a->journal().instance());
  EXPECT_EQ(ask.after, 5U);
  EXPECT_EQ(ask.wait, milliseconds(250));
}

TEST_F(FollowerTest, a_node_that_starts_anew_is_heard_from_its_beginning) {
  a->journal().append(test::ended_from(1, 5));
  ASSERT_TRUE(exchange(0));
  const auto old_stream = a->stream();
  a.emplace(cluster, node_clock, 77);
  a->journal().append({test::ended(6)});
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  EXPECT_TRUE(gates.refuses(6));
  EXPECT_EQ(age(), milliseconds(0));
  EXPECT_EQ(follower->ask(0).after, 1U);
  // What the old one had sent before it died ends what it says, and counts for nothing else.
  follower->streamed(old_stream);
  EXPECT_EQ(follower->ask(0).after, 1U);
}

TEST_F(FollowerTest, S04_a_gate_that_slept_for_an_hour_catches_up_with_what_is_still_alive) {
  a->journal().append({test::ended(1)});
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  a->journal().append({test::ended(2)});  // unheard, and over before it is awake
  for (int minute = 0; minute < 60; ++minute) {
    clock.advance(std::chrono::minutes(1));
    node_clock.advance(std::chrono::minutes(1));
    confirm(*a);
  }
  a->journal().append({test::ended(3)});
  EXPECT_EQ(age(), hours(1));
  ASSERT_TRUE(exchange(0));
  EXPECT_EQ(age(), milliseconds(0));
  EXPECT_FALSE(gates.refuses(2)) << "of no use any more";
  EXPECT_TRUE(gates.refuses(3));
  EXPECT_EQ(follower->ask(0).after, 3U);
}

// Forgery and replay.

TEST_F(FollowerTest, an_answer_to_another_question_is_refused) {
  confirm(*a);
  const Ask first = follower->ask(0);
  const auto old_answer = a->answer(first);
  ASSERT_TRUE(follower->answered(0, old_answer));
  clock.advance(hours(1));
  EXPECT_FALSE(follower->answered(0, old_answer)) << "one answer a question";
  (void)follower->ask(0);
  EXPECT_FALSE(follower->answered(0, old_answer));
  EXPECT_EQ(age(), hours(1)) << "a recording keeps no gate sure";
  EXPECT_TRUE(counted("gatehouse_feed_messages_refused_total{reason=\"replayed\"} 2"));
}

// Whoever stands on the way to A may pass its questions on to B, while the database is away.
TEST_F(FollowerTest, F02_one_node_cannot_stand_for_two) {
  for (const std::size_t index : {0U, 1U}) {
    const Ask ask = follower->ask(index);
    ASSERT_TRUE(follower->answered(index, b->answer(ask)));
  }
  EXPECT_FALSE(age());
  EXPECT_TRUE(log.contains("feed_node_twice"));
  a->journal().append(test::ended_from(1, 3'000));
  ASSERT_TRUE(exchange(0));
  EXPECT_FALSE(age()) << "what B said under A's address is no word of A";
  ASSERT_TRUE(exchange(0));
  EXPECT_EQ(age(), milliseconds(0));
}

TEST_F(FollowerTest, an_answer_without_our_secret_is_refused) {
  const ClusterKeys stranger(test::cluster_secret('x'));
  test::FakeNode evil(stranger, node_clock, 9);
  evil.journal().append({test::ended(1)});
  confirm(evil);
  const Ask ask = follower->ask(0);
  EXPECT_FALSE(follower->answered(0, evil.answer(ask)));
  EXPECT_FALSE(follower->answered(0, ""));
  EXPECT_FALSE(follower->answered(0, a->answer(ask).substr(0, 100)));
  EXPECT_FALSE(age());
  EXPECT_FALSE(gates.refuses(1));
  EXPECT_TRUE(counted("gatehouse_feed_messages_refused_total{reason=\"forged\"} 1"));
  EXPECT_TRUE(follower->answered(0, a->answer(ask))) << "and the true answer still counts";
}

TEST_F(FollowerTest, carriers_are_not_interchangeable) {
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  clock.advance(seconds(60));
  const Ask ask = follower->ask(0);
  EXPECT_FALSE(follower->answered(0, a->stream()));
  follower->streamed(a->answer(ask));
  EXPECT_EQ(age(), seconds(60));
  EXPECT_TRUE(counted("gatehouse_feed_messages_refused_total{reason=\"replayed\"} 2"));
}

// A process that is a node itself.

TEST_F(FollowerTest, a_node_counts_itself_and_takes_nothing_from_itself) {
  follow(a->journal().instance());
  a->journal().append(test::ended_from(1, 5'000));
  ASSERT_TRUE(exchange(0) && exchange(1));
  EXPECT_EQ(age(), milliseconds(0));
  EXPECT_EQ(gates.applied, 0U) << "its own gates had it first";
  EXPECT_EQ(follower->pause(0), seconds(1));
  clock.advance(hours(1));
  ASSERT_TRUE(exchange(1));
  EXPECT_EQ(age(), milliseconds(0)) << "it needs no question to know itself";
  b->journal().append({test::ended(9'000)});
  ASSERT_TRUE(exchange(1));
  EXPECT_TRUE(gates.refuses(9'000));
}

}  // namespace
}  // namespace gatehouse::feed
