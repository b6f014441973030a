#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "feed/publisher.hpp"
#include "feed/routes.hpp"
#include "feed/subscription.hpp"
#include "gate/gates.hpp"
#include "identity/session/session_harness.hpp"
#include "platform/http/api_service.hpp"
#include "platform/http/server.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/run_on_loop.hpp"

// Two identity nodes on one database, and a gate that hears of them through the feed.
namespace gatehouse {
namespace {

using boost::asio::awaitable;
using identity::SessionTokens;
using test::run_on_loop;
using Verdict = std::string;

const feed::ClusterKeys& cluster() {
  static const feed::ClusterKeys keys(base::Secret(std::string(32, 'c')));
  return keys;
}

// Sessions, their journal, and its listener.
class Node {
 public:
  Node(db::Database& database, std::uint64_t seed) : sessions(database, {}, seed), random_(seed + 10) {
    sessions.feed().forward_to(publisher_);
    journal.set_bundle(*sessions.keys().snapshot()->verification, {});
    http::ServerOptions options;
    options.every_loop = false;
    server_.emplace(loops_, service_, limiter_, options);
    loops_.start();
    server_->start();
  }
  ~Node() { close(); }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  // What the housekeeper does: reads the log, and vouches for having read it.
  void read_database() {
    const auto began = sessions.clock().steady_now();
    journal.append(sessions.database().read_blocking(
        [this](db::Transaction& tx) { return sessions.revocations().live_since(tx, 0, sessions.clock().now()); }));
    journal.confirm(began);
  }
  // Nobody reaches it any more.
  void close() {
    server_->close();
    loops_.stop();
  }

  identity::SessionHarness sessions;

 private:
  test::FakeRandom random_;
  telemetry::Metrics metrics_;

 public:
  feed::Journal journal{{}, cluster(), sessions.clock(), random_, metrics_};

 private:
  identity::CollectedRevocations own_gates_;
  feed::Publisher publisher_{own_gates_, journal};
  http::ApiService service_{feed::routes(journal, cluster(), sessions.clock(), metrics_), std::nullopt,
                            sessions.clock(), sessions.log().logger(), metrics_};
  limits::ConnectionLimiter limiter_{{}};
  runtime::EventLoops loops_{1};
  std::optional<http::Server> server_;
};

class TwoNodes : public test::OnEveryDatabase {
 protected:
  TwoNodes() {
    gate::GateOptions options;
    options.verifier.expected.issuer = "issuer";
    options.verifier.expected.audience = "audience";
    gates.emplace(loops, options, gate::Policy({}, gate::Access::signed_in), clock, metrics);
    loops.start();
    feed::SubscriptionOptions wanted;
    wanted.follower.nodes = {a.url(), b.url()};
    feed::Sink sink;
    sink.follow = [this](auto rows, auto as_of) { gates->follow(std::move(rows), as_of); };
    sink.adopt = [this](const feed::BundleContent& content) { gates->set_keys(content.keys, true); };
    subscription.emplace(std::move(wanted), std::move(sink), cluster(), clock, random, log.logger(), metrics);
    subscription->start();
  }
  ~TwoNodes() override {
    subscription->stop();
    loops.stop();
  }

  SessionTokens start(Node& node) {
    auto tokens = run_on_loop(node.sessions.start(account));
    EXPECT_TRUE(tokens);
    return std::move(*tokens);
  }

  // What the worse of the gate's loops says.
  Verdict verdict(const base::Secret& access_token) {
    std::mutex mutex;
    Verdict worst = "no";
    loops.on_each_blocking([&](std::size_t loop) {
      const auto principal = gates->authenticate(loop, access_token.expose());
      const std::lock_guard lock(mutex);
      if (principal) worst = "yes";
      if (!principal && principal.error() == contract::AuthError::unavailable && worst == "no") worst = "unsure";
    });
    return worst;
  }
  // Whether it says so within twenty seconds.
  bool comes_to(const Verdict& wanted, const base::Secret& access_token) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (verdict(access_token) != wanted) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }

  Node a{database(), 1};
  Node b{database(), 2};
  contract::AccountId account = a.sessions.add_account();

  base::FakeClock clock;  // stands where the nodes' clocks stand
  test::FakeRandom random{3};
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  runtime::EventLoops loops{2};
  std::optional<gate::Gates> gates;
  std::optional<feed::Subscription> subscription;
};
GATEHOUSE_ON_EVERY_DATABASE(TwoNodes);

// S06: whoever comes first, a refresh that was answered belongs to a session that has ended, or came before its end.
TEST_P(TwoNodes, S06_no_interleaving_of_sign_out_and_refresh_leaves_a_live_token) {
  for (int round = 0; round < 20; ++round) {
    const auto session = start(a);
    ASSERT_TRUE(comes_to("yes", session.access_token));
    std::vector<base::Secret> access;
    base::Secret newest = session.refresh_token.clone();
    test::run_together(
        2,
        [&](std::size_t who) -> awaitable<void> {
          if (who == 0) {
            EXPECT_TRUE(co_await a.sessions.service().end(session.session, identity::EndReason::sign_out));
            co_return;
          }
          for (int i = 0; i < 3; ++i) {
            auto next = co_await b.sessions.service().refresh(newest.expose());
            if (!next) {
              EXPECT_EQ(next.error(), identity::RefreshError::ended);
              co_return;
            }
            access.push_back(std::move(next->access_token));
            newest = std::move(next->refresh_token);
          }
        },
        2);
    for (Node* node : {&a, &b}) {
      const auto after = run_on_loop(node->sessions.service().refresh(newest.expose()));
      EXPECT_FALSE(after);
    }
    EXPECT_TRUE(comes_to("no", session.access_token));
    for (const auto& token : access) EXPECT_TRUE(comes_to("no", token));
  }
}

TEST_P(TwoNodes, S04_an_account_signed_out_everywhere_on_one_node_is_refused_whichever_node_signed_it_in) {
  const auto here = start(a);
  const auto there = start(b);
  ASSERT_TRUE(comes_to("yes", here.access_token) && comes_to("yes", there.access_token));
  EXPECT_EQ(run_on_loop(b.sessions.end_all(account, identity::EndReason::password_changed)), 2U);
  EXPECT_TRUE(comes_to("no", here.access_token));
  EXPECT_TRUE(comes_to("no", there.access_token));
}

// The node that answered "signed out" may be killed before any gate has asked it.
TEST_P(TwoNodes, F05_what_a_node_ended_with_its_last_breath_is_learned_from_the_other) {
  const auto session = start(a);
  ASSERT_TRUE(comes_to("yes", session.access_token));
  a.close();
  EXPECT_TRUE(run_on_loop(a.sessions.service().end(session.session, identity::EndReason::sign_out)));
  b.read_database();
  EXPECT_TRUE(comes_to("no", session.access_token));
}

}  // namespace
}  // namespace gatehouse
