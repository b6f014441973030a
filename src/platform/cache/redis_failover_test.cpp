#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "platform/cache/redis_connection.hpp"
#include "platform/cache/redis_harness.hpp"
#include "tests/support/redis_server.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;
using test_only::Client;
using test_only::eventually;

base::SteadyPoint in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

TEST(RedisSentinel, follows_a_failover_to_the_new_master) {
  test::RedisSentinel redis;
  Client client(redis.url());
  client.wait_until_up();
  EXPECT_EQ(client.command({"SET", "key", "value"}).as_text(), "OK");
  EXPECT_EQ(redis.master().cli({"GET", "key"}), "value");
  EXPECT_EQ(client.command({"WAIT", "1", "10000"}).as_integer(), 1);

  redis.master().kill();
  redis.wait_until_master_is(redis.replica().port());
  eventually([&] { return client.reason_of({"PING"}).empty(); });
  EXPECT_EQ(client.command({"GET", "key"}).as_text(), "value");
  EXPECT_EQ(client.command({"SET", "key", "new"}).as_text(), "OK");
  EXPECT_EQ(redis.replica().cli({"GET", "key"}), "new");
}

TEST(RedisSentinel, leaves_a_master_that_has_become_a_replica) {
  test::RedisSentinel redis;
  Client client(redis.url());
  client.wait_until_up();
  redis.fail_over();
  redis.wait_until_master_is(redis.replica().port());
  // The sentinel does this, too, but some seconds later.
  (void)redis.master().cli({"REPLICAOF", "127.0.0.1", std::to_string(redis.replica().port())});
  eventually([&] {
    return client.reason_of({"SET", "key", "value"}).empty() && redis.replica().cli({"GET", "key"}) == "value";
  });
}

TEST(RedisSentinel, asks_the_next_when_one_is_gone_or_frozen) {
  const test::RedisSentinel redis;
  test::RedisServer frozen;
  frozen.freeze();
  auto url = parse_redis_url(redis.url());
  url->endpoints = {{"127.0.0.1", test::free_port()}, {"127.0.0.1", frozen.port()}, {"127.0.0.1", redis.port()}};
  EXPECT_EQ(RedisConnection::open(*url, {}, in(6s))->command({"PING"}, in(5s)).as_text(), "PONG");

  url->master_name = "other";
  try {
    (void)RedisConnection::open(*url, {}, in(3s));
    FAIL() << "there is no such master";
  } catch (const base::Unavailable& error) {
    EXPECT_STREQ(error.what(), "redis_no_master");
  }
}

// One cluster for all: it takes seconds until its nodes agree.
class RedisClusterClient : public ::testing::Test {
 protected:
  void TearDown() override { cluster().node(1).thaw(); }  // whatever became of the test that froze it
  static void SetUpTestSuite() { cluster_ = std::make_unique<test::RedisCluster>(); }
  static void TearDownTestSuite() { cluster_.reset(); }

  static test::RedisCluster& cluster() { return *cluster_; }

  static std::unique_ptr<test::RedisCluster> cluster_;
};
std::unique_ptr<test::RedisCluster> RedisClusterClient::cluster_;

TEST_F(RedisClusterClient, sends_each_key_to_its_node) {
  Client client(cluster().url());
  client.wait_until_up();
  eventually([&] {
    return client.reason_of({"SET", "a", "0"}).empty() && client.reason_of({"SET", "b", "0"}).empty() &&
           client.reason_of({"SET", "c", "0"}).empty();
  });
  std::set<std::size_t> owners;
  const auto set_and_get = [&](std::size_t i) -> boost::asio::awaitable<void> {
    const auto key = "key" + std::to_string(i);
    (void)co_await client.redis.command({"SET", key, key});
    EXPECT_EQ((co_await client.redis.command({"GET", key})).as_text(), key);
  };
  test::run_together(100, set_and_get);
  for (const char* key : {"key1", "key2", "key3", "key4", "key5", "key6", "key7", "key8"}) {
    owners.insert(cluster().owner_of(key));
  }
  EXPECT_EQ(owners.size(), 3U);
  EXPECT_EQ(client.redis.stats().failed, 0U);
}

TEST_F(RedisClusterClient, follows_moved_slots) {
  Client client(cluster().url());
  client.wait_until_up();
  eventually([&] { return client.reason_of({"SET", "moved", "value"}).empty(); });
  const auto from = cluster().owner_of("moved");
  cluster().move_slot_of("moved", (from + 1) % 3);
  EXPECT_EQ(client.command({"GET", "moved"}).as_text(), "value");
  EXPECT_EQ(client.command({"SET", "moved", "new"}).as_text(), "OK");
  EXPECT_EQ(cluster().node((from + 1) % 3).cli({"GET", "moved"}), "new");
}

TEST_F(RedisClusterClient, asks_where_a_slot_that_is_moving_has_gone) {
  Client client(cluster().url());
  client.wait_until_up();
  const auto from = cluster().owner_of("moving");
  const auto to = (from + 1) % 3;
  cluster().begin_move_of("moving", to);
  // Keys that are not there any more are asked for at the new node, after ASKING.
  eventually([&] { return client.reason_of({"SET", "moving", "value"}).empty(); });
  EXPECT_EQ(client.command({"GET", "moving"}).as_text(), "value");
}

TEST_F(RedisClusterClient, a_frozen_node_takes_only_its_own_keys_with_it) {
  Client client(cluster().url(), {.timeout = 1s});
  client.wait_until_up();
  std::string frozen_key;
  std::string other_key;
  for (int i = 0; frozen_key.empty() || other_key.empty(); ++i) {
    const auto key = "key" + std::to_string(i);
    (cluster().owner_of(key) == 1 ? frozen_key : other_key) = key;
  }
  eventually([&] {
    return client.reason_of({"SET", frozen_key, "x"}).empty() && client.reason_of({"SET", other_key, "x"}).empty();
  });
  cluster().node(1).freeze();
  EXPECT_NE(client.reason_of({"GET", frozen_key}), "");
  eventually([&] { return client.reason_of({"GET", other_key}).empty(); });
  EXPECT_EQ(client.reason_of({"GET", frozen_key}), "redis_away");
  cluster().node(1).thaw();
  eventually([&] { return client.reason_of({"GET", frozen_key}).empty(); });
}

TEST_F(RedisClusterClient, runs_scripts_where_their_keys_are) {
  Client client(cluster().url());
  client.wait_until_up();
  const RedisScript script("return redis.call('INCRBY', KEYS[1], ARGV[1]) + redis.call('INCR', KEYS[2])");
  eventually([&] { return client.reason_of({"GET", "{tag}"}).empty(); });
  EXPECT_EQ(test::run_on_loop(client.redis.eval(script, {"{tag}a", "{tag}b"}, {"4"})).as_integer(), 5);
}

TEST_F(RedisClusterClient, a_blocking_connection_goes_to_the_node_of_its_key) {
  const auto url = parse_redis_url(cluster().url());
  for (const std::string key : {"key1", "key2", "key3", "key4"}) {
    const auto connection = RedisConnection::open(*url, {}, in(5s), key);
    EXPECT_EQ(connection->command({"SET", key, "x"}, in(5s)).as_text(), "OK");
    EXPECT_EQ(connection->endpoint().port, cluster().node(cluster().owner_of(key)).port());
  }
}

}  // namespace
}  // namespace gatehouse::cache
