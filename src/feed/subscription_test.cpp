#include "feed/subscription.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "crypto/signing_key.hpp"
#include "feed/nodes_test.hpp"
#include "feed/publisher.hpp"
#include "feed/routes.hpp"
#include "feed/stream_writer.hpp"
#include "platform/http/api_service.hpp"
#include "platform/http/server.hpp"
#include "platform/http_client/client.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/redis_server.hpp"

namespace gatehouse::feed {
namespace {

using namespace std::chrono_literals;

const ClusterKeys& cluster() {
  static const ClusterKeys keys(test::cluster_secret());
  return keys;
}

StreamOptions stream_at(const gatehouse::test::RedisServer& redis) {
  return {.redis = *cache::parse_redis_url(redis.url())};
}

// What an identity process has of the feed, behind a real listener.
class LiveNode {
 public:
  explicit LiveNode(std::uint16_t port = 0, const gatehouse::test::RedisServer* redis = nullptr) {
    http::ServerOptions options;
    options.every_loop = false;
    options.port = port;
    server_.emplace(loops_, service_, limiter_, options);
    loops_.start();
    server_->start();
    if (redis != nullptr) {
      writer_.emplace(stream_at(*redis), journal_, cluster(), log_.logger(), metrics_);
      writer_->start();
    }
  }
  ~LiveNode() {
    if (writer_) writer_->stop();
    server_->close();
    loops_.stop();
    server_.reset();
  }
  LiveNode(const LiveNode&) = delete;
  LiveNode& operator=(const LiveNode&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  [[nodiscard]] Journal& journal() { return journal_; }
  void confirm() { journal_.confirm(clock_.steady_now()); }
  [[nodiscard]] bool is_counting(const std::string& sample) const {
    return metrics_.render().find(sample) != std::string::npos;
  }

 private:
  base::SystemClock clock_;
  base::SystemRandom random_;
  telemetry::CollectedLog log_;
  telemetry::Metrics metrics_;
  Journal journal_{{.max_waiting = 3}, cluster(), clock_, random_, metrics_};
  http::ApiService service_{routes(journal_, cluster(), clock_, metrics_), std::nullopt, clock_, log_.logger(),
                            metrics_};
  limits::ConnectionLimiter limiter_{{}};
  runtime::EventLoops loops_{1};
  std::optional<http::Server> server_;
  std::optional<StreamWriter> writer_;
};

// What a gate process has of it.
class LiveGate {
 public:
  explicit LiveGate(std::vector<std::string> nodes, const gatehouse::test::RedisServer* redis = nullptr,
                    std::optional<InstanceId> self = std::nullopt) {
    SubscriptionOptions options;
    options.follower.nodes = std::move(nodes);
    options.follower.self = self;
    if (redis != nullptr) options.stream = stream_at(*redis);
    subscription_.emplace(std::move(options), sink(), cluster(), clock_, random_, log.logger(), metrics);
    subscription_->start();
  }
  ~LiveGate() { subscription_->stop(); }
  LiveGate(const LiveGate&) = delete;
  LiveGate& operator=(const LiveGate&) = delete;

  // Whether it comes to `done` within ten seconds.
  template <class Done>
  bool comes_to(Done done) {
    std::unique_lock lock(mutex_);
    const auto deadline = now() + 10s;
    while (!done(gates_)) {
      if (now() > deadline) return false;
      changed_.wait_for(lock, 5ms);  // what is only logged or counted rings nowhere
    }
    return true;
  }
  bool comes_to_refuse(int number) {
    return comes_to([&](const test::FakeGates& gates) { return gates.refuses(number); });
  }
  bool is_sure_after(base::SteadyPoint moment) {
    return comes_to(
        [&](const test::FakeGates& gates) { return gates.complete_as_of && *gates.complete_as_of > moment; });
  }
  [[nodiscard]] base::SteadyPoint now() const { return clock_.steady_now(); }
  // Waits until the log says so.
  bool comes_to_log(std::string_view text) {
    return comes_to([&](const test::FakeGates&) { return log.contains(text); });
  }

  telemetry::CollectedLog log;
  telemetry::Metrics metrics;

 private:
  Sink sink() {
    Sink inner = gates_.sink();
    return {.follow =
                [this, inner](std::vector<contract::Revocation> rows, std::optional<base::SteadyPoint> as_of) {
                  const std::lock_guard lock(mutex_);
                  inner.follow(std::move(rows), as_of);
                  changed_.notify_all();
                },
            .adopt =
                [this, inner](const BundleContent& content) {
                  const std::lock_guard lock(mutex_);
                  inner.adopt(content);
                }};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  test::FakeGates gates_;  // guarded by mutex_
  base::SystemClock clock_;
  base::SystemRandom random_;
  std::optional<Subscription> subscription_;
};

TEST(Subscription, S04_what_ends_on_any_node_reaches_every_gate_over_http) {
  LiveNode a;
  LiveNode b;
  LiveGate one({a.url(), b.url() + "/"});
  LiveGate two({a.url(), b.url()});
  for (int number = 1; number <= 50; ++number) {
    (number % 2 == 0 ? a : b).journal().append({test::ended(number)});
    ASSERT_TRUE(one.comes_to_refuse(number)) << number;
    ASSERT_TRUE(two.comes_to_refuse(number)) << number;
  }
  EXPECT_TRUE(one.is_sure_after(one.now())) << "all nodes are heard";
}

TEST(Subscription, a_gate_starts_from_a_snapshot_of_many_pages) {
  LiveNode a;
  for (int first = 1; first <= 100'000; first += 1'000) a.journal().append(test::ended_from(first, first + 999));
  a.confirm();
  LiveGate gate({a.url()});
  EXPECT_TRUE(gate.comes_to([](const test::FakeGates& gates) { return gates.complete_as_of.has_value(); }));
  EXPECT_TRUE(gate.comes_to([](const test::FakeGates& gates) { return gates.refused.size() == 100'000; }));
}

TEST(Subscription, F02_a_lost_node_is_noticed_and_heard_again_after_its_restart) {
  auto a = std::make_unique<LiveNode>();
  LiveNode b;
  const auto port = a->port();
  LiveGate gate({a->url(), b.url()});
  a->journal().append({test::ended(1)});
  ASSERT_TRUE(gate.comes_to_refuse(1));
  a.reset();
  ASSERT_TRUE(gate.comes_to_log("feed_node_lost"));
  b.confirm();
  ASSERT_TRUE(gate.is_sure_after(gate.now() - 1s)) << "the other one has the database";
  a = std::make_unique<LiveNode>(port);
  a->journal().append(test::ended_from(1, 2));
  EXPECT_TRUE(gate.comes_to_refuse(2));
  EXPECT_TRUE(gate.is_sure_after(gate.now())) << "both are heard";
}

TEST(Subscription, a_process_recognises_itself_among_the_nodes) {
  LiveNode a;
  LiveNode b;
  LiveGate gate({a.url(), b.url()}, nullptr, a.journal().instance());
  a.journal().append({test::ended(1)});
  b.journal().append({test::ended(2)});
  EXPECT_TRUE(gate.comes_to_refuse(2));
  EXPECT_TRUE(gate.is_sure_after(gate.now()));
  EXPECT_TRUE(gate.comes_to([](const test::FakeGates& gates) { return !gates.refuses(1); }));
}

TEST(Subscription, T18_keys_reach_a_gate_that_has_no_database) {
  base::SystemRandom random;
  const auto key = crypto::SigningKey::generate(crypto::Algorithm::hs256, random);
  LiveNode a;
  LiveGate gate({a.url()});
  ASSERT_TRUE(gate.comes_to([](const test::FakeGates& gates) { return gates.complete_as_of.has_value(); }));
  a.journal().set_bundle(*crypto::KeySet::from_keys({key.verification_key()}), {});
  ASSERT_TRUE(gate.comes_to([&](const test::FakeGates& gates) { return gates.keys->find(key.kid()) != nullptr; }));
}

TEST(Subscription, publishing_reaches_the_own_gates_and_the_journal) {
  struct OwnGates final : contract::RevocationFeed {
    boost::asio::awaitable<void> publish(std::vector<contract::Revocation> rows) override {
      seen += rows.size();
      co_return;
    }
    std::size_t seen = 0;
  } own;
  LiveNode a;
  LiveGate gate({a.url()});
  Publisher publisher(own, a.journal());
  boost::asio::io_context context;
  auto done = boost::asio::co_spawn(context, publisher.publish({test::ended(1)}), boost::asio::use_future);
  context.run();
  done.get();
  EXPECT_EQ(own.seen, 1U);
  EXPECT_EQ(a.journal().head(), 1U);
  EXPECT_TRUE(gate.comes_to_refuse(1));
}

// The route.

class FeedRoute : public testing::Test {
 protected:
  std::string ask(const std::string& query, const std::string& authorization) {
    const auto answer =
        client.send({.url = node.url() + Ask::kPath + "?" + query, .headers = {{"Authorization", authorization}}});
    return answer ? std::to_string(answer->status) : to_string(answer.error());
  }
  base::SystemRandom random;
  LiveNode node;
  http_client::Client client;
};

TEST_F(FeedRoute, only_a_process_of_this_installation_is_answered) {
  Ask question;
  question.nonce = Nonce(base::Uuid::random(random));
  const auto query = question.to_query();
  EXPECT_EQ(ask(query, cluster().authorization(query)), "200");
  EXPECT_EQ(ask(query, ClusterKeys(test::cluster_secret('d')).authorization(query)), "401");
  EXPECT_EQ(ask(query, "Bearer x"), "401");
  EXPECT_EQ(ask(query + "0", cluster().authorization(query)), "401");
  EXPECT_EQ(ask("after=1", cluster().authorization("after=1")), "400");
  EXPECT_TRUE(node.is_counting("gatehouse_feed_questions_refused_total 3"));
}

TEST_F(FeedRoute, no_more_questions_are_held_than_there_is_room_for) {
  LiveGate first({node.url()});
  LiveGate second({node.url()});
  LiveGate third({node.url()});
  for (LiveGate* gate : {&first, &second, &third}) {
    ASSERT_TRUE(gate->comes_to([](const test::FakeGates& gates) { return gates.complete_as_of.has_value(); }));
  }
  // Whenever all three are held, a fourth is told to come back; some try meets that moment.
  Ask question;
  question.instance = node.journal().instance();
  question.bundle = node.journal().read(0, {}).bundle_version;
  question.wait = 1ms;
  std::string verdict;
  for (int i = 0; i < 2'000 && verdict != "503"; ++i) {
    question.nonce = Nonce(base::Uuid::random(random));
    const auto query = question.to_query();
    verdict = ask(query, cluster().authorization(query));
  }
  EXPECT_EQ(verdict, "503");
}

// The stream.

TEST(SubscriptionStream, S04_what_ends_reaches_every_gate_through_redis) {
  const gatehouse::test::RedisServer redis;
  LiveNode a(0, &redis);
  LiveNode b(0, &redis);
  LiveGate gate({a.url(), b.url()}, &redis);
  ASSERT_TRUE(gate.comes_to_log("feed_stream_up"));
  for (int number = 1; number <= 50; ++number) {
    (number % 2 == 0 ? a : b).journal().append({test::ended(number)});
    ASSERT_TRUE(gate.comes_to_refuse(number)) << number;
  }
  EXPECT_TRUE(gate.is_sure_after(gate.now())) << "though the stream proves nothing";
  EXPECT_EQ(gate.metrics.render().find("by=\"stream\"} 0"), std::string::npos) << "some came this way";
}

TEST(SubscriptionStream, F02_without_redis_the_gates_go_on_over_http_and_come_back_to_it) {
  gatehouse::test::RedisServer redis;
  LiveNode a(0, &redis);
  LiveGate gate({a.url()}, &redis);
  ASSERT_TRUE(gate.comes_to_log("feed_stream_up"));
  redis.kill();
  ASSERT_TRUE(gate.comes_to_log("feed_stream_down"));
  a.journal().append({test::ended(1)});
  EXPECT_TRUE(gate.comes_to_refuse(1));
  redis.restart();
  ASSERT_TRUE(gate.comes_to([&](const test::FakeGates&) {
    return gate.metrics.render().find("gatehouse_feed_stream_up{role=\"reader\"} 1") != std::string::npos;
  }));
  a.journal().append({test::ended(2)});
  EXPECT_TRUE(gate.comes_to_refuse(2));
}

TEST(SubscriptionStream, F02_a_frozen_redis_holds_nobody_up) {
  gatehouse::test::RedisServer redis;
  LiveNode a(0, &redis);
  LiveGate gate({a.url()}, &redis);
  ASSERT_TRUE(gate.comes_to_log("feed_stream_up"));
  redis.freeze();
  for (int number = 1; number <= 20; ++number) {
    a.journal().append({test::ended(number)});
    EXPECT_TRUE(gate.comes_to_refuse(number));
  }
  redis.thaw();
  a.journal().append({test::ended(21)});
  EXPECT_TRUE(gate.comes_to_refuse(21));
}

TEST(SubscriptionStream, what_a_stranger_writes_into_the_stream_ends_nothing) {
  const gatehouse::test::RedisServer redis;
  LiveNode a(0, &redis);
  LiveGate gate({a.url()}, &redis);
  ASSERT_TRUE(gate.comes_to_log("feed_stream_up"));
  EXPECT_TRUE(gate.comes_to([&](const test::FakeGates&) {
    for (const char* message : {"", "GHF", "\"m\""}) {
      (void)redis.cli({"XADD", cluster().stream_key(), "*", "m", message});
    }
    (void)redis.cli({"XADD", cluster().stream_key(), "*", "a", "b", "c", "d"});
    return gate.metrics.render().find("reason=\"cut\"}") != std::string::npos;
  }));
  a.journal().append({test::ended(1)});
  EXPECT_TRUE(gate.comes_to_refuse(1));
  // That one row and no other; both carriers may have brought it at the same moment, which ends nothing twice.
  EXPECT_TRUE(gate.comes_to([](const test::FakeGates& gates) { return gates.refused.size() == 1; }));
}

TEST(SubscriptionStream, a_key_of_another_kind_in_redis_is_no_stream) {
  const gatehouse::test::RedisServer redis;
  (void)redis.cli({"SET", cluster().stream_key(), "x"});
  LiveNode a(0, &redis);
  LiveGate gate({a.url()}, &redis);
  ASSERT_TRUE(gate.comes_to_log("feed_stream_down"));
  a.journal().append({test::ended(1)});
  EXPECT_TRUE(gate.comes_to_refuse(1));
}

}  // namespace
}  // namespace gatehouse::feed
