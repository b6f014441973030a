#include <gtest/gtest.h>

#include <vector>

#include "feed/follower.hpp"
#include "feed/nodes_test.hpp"
#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::feed {
namespace {

using namespace std::chrono_literals;

struct Heard {
  base::TimePoint shown;
  base::SteadyPoint earliest;
  base::SteadyPoint latest;
};

class TimeTest : public testing::Test {
 protected:
  TimeTest() {
    FollowerOptions options;
    options.nodes = {"http://a:1"};
    Sink sink = gates.sink();
    sink.hear_time = [this](base::TimePoint shown, base::SteadyPoint earliest, base::SteadyPoint latest) {
      EXPECT_FALSE(gates.complete_as_of) << "the gates may say yes before they know the time";
      heard.push_back({shown, earliest, latest});
    };
    follower.emplace(
        options, sink, [](std::size_t) {}, cluster, clock, random, log.logger(), metrics);
  }
  [[nodiscard]] Message answer(const Ask& ask, base::TimePoint wall) const {
    Message message = node.answer_to(ask);
    message.wall = wall;
    return message;
  }

  ClusterKeys cluster{test::cluster_secret()};
  base::FakeClock clock;
  gatehouse::test::FakeRandom random;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  test::FakeNode node{cluster, clock, 2};
  test::FakeGates gates;
  std::vector<Heard> heard;
  std::optional<Follower> follower;
};

TEST_F(TimeTest, F02_what_a_node_takes_for_the_time_is_heard_with_its_doubt_before_anything_else) {
  const auto asked = clock.steady_now();
  const Ask ask = follower->ask(0);
  clock.advance(300ms);
  Message message = answer(ask, clock.now() + 24h);
  message.held = 250ms;
  ASSERT_TRUE(follower->answered(0, write_message(message, cluster)));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].shown, clock.now() + 24h);
  EXPECT_EQ(heard[0].earliest, asked + 250ms);
  EXPECT_EQ(heard[0].latest, clock.steady_now());
}

TEST_F(TimeTest, F02_a_stranger_or_an_old_answer_does_not_set_the_clock) {
  const Ask old = follower->ask(0);
  const Ask ask = follower->ask(0);
  EXPECT_FALSE(follower->answered(0, write_message(answer(old, clock.now()), cluster)));
  const ClusterKeys other(test::cluster_secret('d'));
  EXPECT_FALSE(follower->answered(0, write_message(answer(ask, clock.now()), other)));
  EXPECT_TRUE(heard.empty());
}

}  // namespace
}  // namespace gatehouse::feed
