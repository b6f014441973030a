#include "platform/cache/redis.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "platform/cache/redis_harness.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/scripted_server.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;
using test::RedisServer;
using test_only::Client;
using test_only::eventually;

RedisOptions quick() { return {.timeout = 500ms}; }

TEST(Redis, answers_commands) {
  const RedisServer server;
  Client client(server.url());
  client.wait_until_up();
  EXPECT_EQ(client.command({"SET", "key", "value"}).as_text(), "OK");
  EXPECT_EQ(client.command({"GET", "key"}).as_text(), "value");
  EXPECT_TRUE(client.command({"HGET", "key", "field"}).is_error("WRONGTYPE"));
  EXPECT_EQ(client.redis.stats().answered, 3U);
}

TEST(Redis, many_callers_on_many_loops_each_get_their_own_reply) {
  const RedisServer server;
  Client client(server.url());
  client.wait_until_up();
  std::atomic<int> right = 0;
  const auto one = [&](std::size_t i) -> boost::asio::awaitable<void> {
    const auto key = "key" + std::to_string(i);
    for (int round = 0; round < 20; ++round) {
      const auto value = key + ":" + std::to_string(round);
      (void)co_await client.redis.command({"SET", key, value});
      if ((co_await client.redis.command({"GET", key})).as_text() == value) ++right;
    }
  };
  test::run_together(50, one);
  EXPECT_EQ(right, 1000);
  const auto stats = client.redis.stats();
  EXPECT_EQ(stats.answered, 2000U);
  EXPECT_LT(stats.groups, 2000U) << "what waits at the same time must go out together";
  EXPECT_EQ(stats.backend.connects, 1U);
}

TEST(Redis, runs_a_script_that_the_server_does_not_know_yet) {
  RedisServer server;
  Client client(server.url());
  client.wait_until_up();
  const RedisScript script("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}");
  EXPECT_EQ(script.sha1().size(), 40U);
  for (std::int64_t count : {1, 2}) {
    const auto reply = test::run_on_loop(client.redis.eval(script, {"k"}, {"a"}));
    ASSERT_EQ(reply.as_array().size(), 3U) << reply.as_error();
    EXPECT_EQ(reply.as_array()[0].as_text(), "k");
    EXPECT_EQ(reply.as_array()[1].as_text(), "a");
    EXPECT_EQ(reply.as_array()[2].as_integer(), count);
  }
  EXPECT_EQ(server.cli({"SCRIPT", "EXISTS", script.sha1()}), "1");
  (void)server.cli({"SCRIPT", "FLUSH"});
  EXPECT_EQ(test::run_on_loop(client.redis.eval(script, {"k"}, {"a"})).as_array()[2].as_integer(), 3);
}

TEST(Redis, refuses_at_once_while_nobody_is_there) {
  Client client("redis://127.0.0.1:" + std::to_string(test::free_port()));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.reason_of({"PING"}), "redis_away");
  EXPECT_FALSE(client.redis.is_up());
}

TEST(Redis, finds_a_restarted_server_by_itself) {
  RedisServer server;
  Client client(server.url());
  client.wait_until_up();
  (void)client.command({"SET", "key", "value"});
  server.kill();
  EXPECT_NE(client.reason_of({"GET", "key"}), "");
  EXPECT_EQ(client.redis.stats().backend.breaker.state, limits::BreakerState::open);
  server.restart();
  client.wait_until_up();
  EXPECT_TRUE(client.command({"GET", "key"}).is_nil());
  EXPECT_EQ(client.redis.stats().backend.breaker.state, limits::BreakerState::closed);
}

TEST(Redis, a_connection_that_was_closed_while_idle_costs_nobody_an_error) {
  const RedisServer server;
  Client client(server.url());
  client.wait_until_up();
  EXPECT_EQ(client.command({"PING"}).as_text(), "PONG");
  (void)server.cli({"CLIENT", "KILL", "TYPE", "normal"});
  EXPECT_EQ(client.command({"PING"}).as_text(), "PONG");
  EXPECT_EQ(client.redis.stats().backend.connects, 2U);
}

TEST(Redis, a_frozen_server_keeps_one_caller_waiting_and_nobody_after) {
  RedisServer server;
  Client client(server.url(), quick());
  client.wait_until_up();
  server.freeze();
  EXPECT_EQ(client.reason_of({"PING"}), "redis_timeout");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.reason_of({"PING"}), "redis_away");
  server.thaw();
  client.wait_until_up();
  EXPECT_EQ(client.reason_of({"PING"}), "");
}

TEST(Redis, refuses_more_than_its_queue_holds) {
  RedisServer server;
  Client client(server.url(), {.timeout = 2s, .queue_limit = 10});
  client.wait_until_up();
  server.freeze();
  std::atomic<int> full = 0;
  const auto one = [&](std::size_t) -> boost::asio::awaitable<void> {
    try {
      (void)co_await client.redis.command({"PING"});
    } catch (const base::Unavailable& error) {
      if (std::string_view(error.what()) == "redis_queue_full") ++full;
    }
  };
  test::run_together(100, one);
  EXPECT_GT(full, 0);
  EXPECT_LE(full, 90);
}

TEST(Redis, goes_without_a_server_that_refuses_its_password) {
  RedisServer server({.arguments = {"--requirepass", "right"}, .ready_password = "right"});
  Client client(server.url(":wrong@"), quick());
  eventually([&] { return client.redis.stats().backend.breaker.opened > 0; });
  EXPECT_EQ(client.reason_of({"PING"}), "redis_away");
  (void)server.cli({"CONFIG", "SET", "requirepass", "wrong"});
  client.wait_until_up();
  EXPECT_EQ(client.command({"PING"}).as_text(), "PONG");
}

TEST(Redis, an_error_for_want_of_memory_is_a_reply) {
  const RedisServer server;
  Client client(server.url());
  client.wait_until_up();
  (void)server.cli({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_TRUE(client.command({"SET", "key", "value"}).is_error("OOM"));
  EXPECT_TRUE(client.command({"GET", "key"}).is_nil());
  EXPECT_TRUE(client.redis.is_up());
}

TEST(Redis, drops_a_connection_that_brings_a_huge_reply) {
  const RedisServer server;
  Client client(server.url(), {.timeout = 5s, .max_reply = 64 * 1024});
  client.wait_until_up();
  (void)client.command({"SETRANGE", "big", "1000000", "x"});
  EXPECT_EQ(client.reason_of({"GET", "big"}), "redis_reply_too_large");
  client.wait_until_up();
  EXPECT_EQ(client.command({"STRLEN", "big"}).as_integer(), 1'000'001);
}

TEST(Redis, speaks_tls) {
  const RedisServer server({.tls = true});
  Client client(server.url(), {.ca_file = server.ca_file(), .timeout = 5s});
  client.wait_until_up();
  EXPECT_EQ(client.command({"SET", "key", std::string(100'000, 'x')}).as_text(), "OK");
  EXPECT_EQ(client.command({"GET", "key"}).as_text(), std::string(100'000, 'x'));
}

TEST(Redis, shows_its_figures) {
  const RedisServer server;
  Client client(server.url(), {.name = "redis_test", .timeout = 5s});
  client.wait_until_up();
  telemetry::Metrics metrics;
  client.redis.register_metrics(metrics);
  (void)client.command({"PING"});
  const auto text = metrics.render();
  EXPECT_NE(text.find("gatehouse_cache_commands_total{client=\"redis_test\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("gatehouse_limits_breaker_state{breaker=\"redis_test\"} 0"), std::string::npos) << text;
}

// Replies of a server that does what no real one does on demand.
const std::string kSignedIn = "+OK\r\n+PONG\r\n";

std::string url_of(const test::ScriptedServer& server) { return "redis://127.0.0.1:" + std::to_string(server.port()); }

TEST(Redis, a_reply_cut_in_the_middle_fails_its_caller_and_no_later_one) {
  const test::ScriptedServer server({{kSignedIn, "$100\r\nonly a part"}, {kSignedIn, "+whole\r\n"}});
  Client client(url_of(server));
  client.wait_until_up();
  EXPECT_EQ(client.reason_of({"GET", "key"}), "redis_closed");
  client.wait_until_up();
  EXPECT_EQ(client.command({"GET", "key"}).as_text(), "whole");
}

TEST(Redis, waits_while_the_server_loads_its_data) {
  const std::string loading = "-LOADING Redis is loading the dataset in memory\r\n";
  const test::ScriptedServer server({{loading + loading}, {kSignedIn, loading}, {kSignedIn, "+ready\r\n"}});
  Client client(url_of(server));
  client.wait_until_up();
  EXPECT_EQ(client.reason_of({"GET", "key"}), "redis_loading");
  client.wait_until_up();
  EXPECT_EQ(client.command({"GET", "key"}).as_text(), "ready");
  EXPECT_EQ(client.redis.stats().backend.connects, 2U);
}

TEST(Redis, a_reply_that_is_no_resp_ends_the_connection) {
  const test::ScriptedServer server({{kSignedIn, "HTTP/1.1 400 Bad Request\r\n\r\n"}, {kSignedIn, "+fine\r\n"}});
  Client client(url_of(server));
  client.wait_until_up();
  EXPECT_EQ(client.reason_of({"GET", "key"}), "redis_protocol");
  client.wait_until_up();
  EXPECT_EQ(client.command({"GET", "key"}).as_text(), "fine");
}

// A reply nobody asked for must not become the answer to the next question.
TEST(Redis, drops_a_connection_with_a_reply_too_many) {
  const test::ScriptedServer server({{kSignedIn, "+first\r\n+stray\r\n", ""}, {kSignedIn, "+second\r\n"}});
  Client client(url_of(server));
  client.wait_until_up();
  EXPECT_EQ(client.command({"GET", "a"}).as_text(), "first");
  EXPECT_EQ(client.command({"GET", "b"}).as_text(), "second");
}

}  // namespace
}  // namespace gatehouse::cache
