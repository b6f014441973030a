#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "feed/follower.hpp"
#include "feed/nodes_test.hpp"
#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::feed::test {

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
    } while (follower->pause(index) == std::chrono::milliseconds(0) &&
             follower->ask(index).wait == std::chrono::milliseconds(0));
  }
  FakeNode& node(std::size_t index) { return index == 0 ? *a : *b; }

  // How long ago nothing was missing; nothing: never.
  [[nodiscard]] std::optional<std::chrono::milliseconds> age() const {
    if (!gates.complete_as_of) return std::nullopt;
    return std::chrono::ceil<std::chrono::milliseconds>(clock.steady_now() - *gates.complete_as_of);
  }
  [[nodiscard]] bool counted(const std::string& sample) const {
    return metrics->render().find(sample) != std::string::npos;
  }
  void confirm(FakeNode& node) const { node.journal().confirm(node_clock.steady_now()); }

  ClusterKeys cluster{cluster_secret()};
  base::FakeClock clock;
  base::FakeClock node_clock{base::TimePoint(std::chrono::seconds(1'900'000'000))};
  gatehouse::test::FakeRandom random;
  telemetry::CollectedLog log;
  std::optional<telemetry::Metrics> metrics;
  std::optional<FakeNode> a{std::in_place, cluster, node_clock, 2};
  std::optional<FakeNode> b{std::in_place, cluster, node_clock, 3};
  FakeGates gates;
  std::vector<std::size_t> woken;
  std::optional<Follower> follower;
};

}  // namespace gatehouse::feed::test
