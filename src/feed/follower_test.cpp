#include "feed/follower.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "crypto/signing_key.hpp"
#include "feed/nodes_test.hpp"
#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Two identity processes A and B, and a gate that follows them. Each has a clock of its own.
class FollowerTest : public testing::Test {
 protected:
  FollowerTest() { follow({}); }

  void follow(std::optional<InstanceId> self) {
    FollowerOptions options;
    options.nodes = {"http://a:1", "http://b:1"};
    options.self = self;
    follower.reset();
    metrics.emplace();
    follower.emplace(
        options, gates.sink(), [this](std::size_t node) { woken.push_back(node); }, cluster, clock, random,
        log.logger(), *metrics);
  }

  // One question and its answer, without any time passing.
  bool exchange(std::size_t index) {
    const Ask ask = follower->ask(index);
    return follower->answered(index, node(index).answer(ask));
  }
  void hear_all(std::size_t index) {
    do {
      ASSERT_TRUE(exchange(index));
    } while (follower->pause(index) == milliseconds(0) && follower->ask(index).wait == milliseconds(0));
  }
  test::FakeNode& node(std::size_t index) { return index == 0 ? *a : *b; }

  // How long ago nothing was missing; nothing: never.
  [[nodiscard]] std::optional<milliseconds> age() const {
    if (!gates.complete_as_of) return std::nullopt;
    return std::chrono::ceil<milliseconds>(clock.steady_now() - *gates.complete_as_of);
  }
  [[nodiscard]] bool counted(const std::string& sample) const {
    return metrics->render().find(sample) != std::string::npos;
  }
  void confirm(test::FakeNode& node) const { node.journal().confirm(node_clock.steady_now()); }

  ClusterKeys cluster{test::cluster_secret()};
  base::FakeClock clock;
  base::FakeClock node_clock{base::TimePoint(seconds(1'900'000'000))};
  gatehouse::test::FakeRandom random;
  telemetry::CollectedLog log;
  std::optional<telemetry::Metrics> metrics;
  std::optional<test::FakeNode> a{std::in_place, cluster, node_clock, 2};
  std::optional<test::FakeNode> b{std::in_place, cluster, node_clock, 3};
  test::FakeGates gates;
  std::vector<std::size_t> woken;
  std::optional<Follower> follower;
};

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

// The stream.

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

// Keys.

class FollowerKeysTest : public FollowerTest {
 protected:
  crypto::SigningKey next_key() { return crypto::SigningKey::generate(crypto::Algorithm::eddsa, random); }
  static crypto::KeySet set_of(std::initializer_list<const crypto::SigningKey*> keys) {
    std::vector<crypto::VerificationKey> all;
    for (const auto* key : keys) all.push_back(key->verification_key());
    return *crypto::KeySet::from_keys(std::move(all));
  }
  const crypto::SigningKey first = next_key();
  const crypto::SigningKey second = next_key();
  const crypto::SigningKey third = next_key();
};

TEST_F(FollowerKeysTest, T18_keys_come_with_the_first_answer_and_with_each_rotation) {
  a->journal().set_bundle(set_of({&first, &second}), {});
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  ASSERT_TRUE(gates.keys);
  EXPECT_NE(gates.keys->find(first.kid()), nullptr);
  const auto before = gates.keys;
  ASSERT_TRUE(exchange(0));
  EXPECT_EQ(gates.keys, before) << "not sent again";
  clock.advance(hours(1));  // away meanwhile
  node_clock.advance(hours(1));
  a->journal().set_bundle(set_of({&second, &third}), {});
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  EXPECT_EQ(gates.keys->find(first.kid()), nullptr);
  EXPECT_NE(gates.keys->find(third.kid()), nullptr);
}

// A node that has lost its database does not know that a key was revoked.
TEST_F(FollowerKeysTest, T18_a_node_that_lost_its_database_brings_no_revoked_key_back) {
  a->journal().set_bundle(set_of({&first, &second}), {});
  b->journal().set_bundle(set_of({&first, &second}), {});
  confirm(*a);
  confirm(*b);
  ASSERT_TRUE(exchange(0) && exchange(1));
  node_clock.advance(seconds(1));
  clock.advance(seconds(1));
  a->journal().set_bundle(set_of({&second, &third}), {});
  confirm(*a);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(exchange(0) && exchange(1));
    ASSERT_EQ(gates.keys->find(first.kid()), nullptr);
    ASSERT_NE(gates.keys->find(third.kid()), nullptr);
  }
  b.emplace(cluster, node_clock, 50);  // and started anew, still without a word from the database
  b->journal().set_bundle(set_of({&first, &second}), {});
  ASSERT_TRUE(exchange(1));
  EXPECT_EQ(gates.keys->find(first.kid()), nullptr);
}

TEST_F(FollowerKeysTest, roles_come_with_each_change_and_never_from_a_node_that_lost_its_database) {
  const auto role = [](const char* permission) {
    return contract::RolePermissions{{"clerk", {*contract::Permission::parse(permission)}}};
  };
  a->journal().set_bundle(set_of({&first}), role("desk:open"));
  b->journal().set_bundle(set_of({&first}), role("desk:open"));
  confirm(*a);
  confirm(*b);
  ASSERT_TRUE(exchange(0) && exchange(1));
  EXPECT_EQ(*gates.roles, role("desk:open"));
  node_clock.advance(seconds(1));
  clock.advance(seconds(1));
  a->journal().set_bundle(set_of({&first}), role("desk:clean"));
  confirm(*a);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(exchange(0) && exchange(1));
    EXPECT_EQ(*gates.roles, role("desk:clean"));
  }
}

TEST_F(FollowerKeysTest, T18_the_stream_tells_that_keys_have_changed) {
  a->journal().set_bundle(set_of({&first}), {});
  hear_all(0);
  follower->streamed(a->stream());
  EXPECT_TRUE(woken.empty());
  a->journal().set_bundle(set_of({&second}), {});
  follower->streamed(a->stream());
  EXPECT_EQ(woken, std::vector<std::size_t>{0});
}

TEST_F(FollowerKeysTest, an_answer_with_keys_that_cannot_be_read_is_refused_whole) {
  a->journal().append({test::ended(1)});
  confirm(*a);
  const Ask ask = follower->ask(0);
  Message message = a->answer_to(ask);
  message.bundle = "[{}]";
  EXPECT_FALSE(follower->answered(0, write_message(message, cluster)));
  EXPECT_FALSE(age());
  EXPECT_EQ(follower->ask(0).after, 0U);
}

}  // namespace
}  // namespace gatehouse::feed
