#include "gate/keeper.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "gate/tokens_test.hpp"

namespace gatehouse::gate {
namespace {

using Kind = contract::Revocation::Kind;
using std::chrono::milliseconds;

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    GateOptions options;
    options.verifier = test::verifier_options();
    gates.emplace(loops, options, Policy({}, Access::signed_in), clock, metrics);
    gates->set_keys(test::key_set({&key}), false);
  }
  ~KeeperTest() override { loops.stop(); }

  [[nodiscard]] bool holds(int revocations) const {
    return metrics.render().find("gatehouse_gate_revocations " + std::to_string(revocations) + "\n") !=
           std::string::npos;
  }

  base::FakeClock clock;
  telemetry::Metrics metrics;
  const crypto::SigningKey key = test::new_key();
  runtime::EventLoops loops{2};
  std::optional<Gates> gates;
};

// A gate node runs for months and hears of every sign-out there is.
TEST_F(KeeperTest, what_has_expired_is_forgotten_with_nobody_else_to_see_to_it) {
  gates->load({test::revoked(Kind::token, "a", clock.now())}, clock.steady_now());
  clock.advance(std::chrono::seconds(2'000));
  ASSERT_TRUE(holds(1));
  loops.start();
  Keeper keeper(
      *gates, [](const auto&) {}, milliseconds(1));
  keeper.start();
  while (!holds(0)) std::this_thread::yield();
  keeper.stop();
}

TEST_F(KeeperTest, it_stops_at_once_and_twice) {
  loops.start();
  Keeper keeper(
      *gates, [](const auto&) {}, std::chrono::hours(24));
  keeper.start();
  keeper.stop();
  keeper.stop();
}

TEST_F(KeeperTest, what_was_refused_is_told_at_the_latest_when_it_stops) {
  gates->load({}, clock.steady_now());
  loops.start();
  std::vector<Refusal> told;
  Keeper keeper(
      *gates, [&](const auto& some) { told.insert(told.end(), some.begin(), some.end()); }, milliseconds(1));
  keeper.start();
  // No proxy is trusted here, so each of these is a 403.
  loops.on_each_blocking([&](std::size_t loop) {
    http::Request request;
    request.loop = loop;
    std::string answer;
    gates->check(request, {.date = "now"}, answer);
    EXPECT_NE(answer.find("403"), std::string::npos);
  });
  keeper.stop();
  std::uint64_t times = 0;
  for (const auto& refusal : told) {
    EXPECT_EQ(refusal.reason, Reason::untrusted_proxy);
    EXPECT_FALSE(refusal.account);
    EXPECT_EQ(refusal.method, "other");
    times += refusal.times;
  }
  EXPECT_EQ(times, loops.size());
}

}  // namespace
}  // namespace gatehouse::gate
