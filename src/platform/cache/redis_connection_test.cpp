#include "platform/cache/redis_connection.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "platform/base/unavailable.hpp"
#include "tests/support/redis_server.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;
using test::RedisServer;

base::SteadyPoint in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

std::unique_ptr<RedisConnection> open(const std::string& url, const RedisConnectionOptions& options = {}) {
  return RedisConnection::open(*parse_redis_url(url), options, in(5s));
}

// Why `call` was unavailable; empty when it was not.
template <class Call>
std::string reason_of(Call call) {
  try {
    (void)call();
  } catch (const base::Unavailable& error) {
    return error.what();
  }
  return "";
}

TEST(RedisConnection, gets_what_was_set_whatever_the_bytes) {
  const RedisServer server;
  const auto redis = open(server.url());
  const std::string value("a\0b\r\n$-1\r\n", 10);
  EXPECT_EQ(redis->command({"SET", "key", value}, in(5s)).as_text(), "OK");
  EXPECT_EQ(redis->command({"GET", "key"}, in(5s)).as_text(), value);
  EXPECT_TRUE(redis->command({"GET", "other"}, in(5s)).is_nil());
  EXPECT_EQ(redis->command({"INCR", "n"}, in(5s)).as_integer(), 1);
  EXPECT_EQ(redis->command({"SET", "empty", ""}, in(5s)).as_text(), "OK");
  EXPECT_EQ(redis->command({"GET", "empty"}, in(5s)).as_text(), "");
}

TEST(RedisConnection, an_error_is_a_reply_and_the_connection_goes_on) {
  const RedisServer server;
  const auto redis = open(server.url());
  const auto reply = redis->command({"NOSUCH"}, in(5s));
  EXPECT_TRUE(reply.is_error("ERR")) << reply.as_error();
  EXPECT_FALSE(reply.is_error("ER"));
  EXPECT_EQ(redis->command({"PING"}, in(5s)).as_text(), "PONG");
}

TEST(RedisConnection, pipelines_in_order) {
  const RedisServer server;
  const auto redis = open(server.url());
  std::vector<RedisCommand> commands(1000, {"INCR", "n"});
  const auto replies = redis->pipeline(commands, in(5s));
  ASSERT_EQ(replies.size(), 1000U);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    ASSERT_EQ(replies[i].as_integer(), static_cast<std::int64_t>(i + 1));
  }
}

TEST(RedisConnection, waits_for_a_stream_and_reads_it) {
  const RedisServer server;
  const auto writer = open(server.url());
  const auto reader = open(server.url());
  EXPECT_TRUE(reader->command({"XREAD", "BLOCK", "1", "STREAMS", "s", "0"}, in(5s)).is_nil());
  const auto id = writer->command({"XADD", "s", "*", "row", "1"}, in(5s));
  ASSERT_TRUE(id.as_text());
  const auto read = reader->command({"XREAD", "BLOCK", "5000", "STREAMS", "s", "0"}, in(10s));
  ASSERT_EQ(read.as_array().size(), 1U);
  const auto entry = read.as_array()[0].as_array()[1].as_array()[0].as_array();
  EXPECT_EQ(entry[0].as_text(), id.as_text());
  EXPECT_EQ(entry[1].as_array()[1].as_text(), "1");
}

TEST(RedisConnection, another_thread_can_end_its_wait) {
  const RedisServer server;
  const auto redis = open(server.url());
  std::string reason;
  std::thread waiting([&] {
    reason = reason_of([&] { return redis->command({"XREAD", "BLOCK", "0", "STREAMS", "s", "$"}, in(1h)); });
  });
  redis->interrupt();
  waiting.join();
  EXPECT_EQ(reason, "redis_interrupted");
  EXPECT_EQ(reason_of([&] { return redis->command({"PING"}, in(5s)); }), "redis_interrupted");
}

TEST(RedisConnection, signs_in_with_user_and_password) {
  const RedisServer server({.arguments = {"--requirepass", "p@ss"}, .ready_password = "p@ss"});
  (void)server.cli({"ACL", "SETUSER", "app", "on", ">word", "~*", "+@all"});
  EXPECT_EQ(open(server.url("app:word@"))->command({"ACL", "WHOAMI"}, in(5s)).as_text(), "app");
  EXPECT_EQ(open(server.url(":p%40ss@"))->command({"ACL", "WHOAMI"}, in(5s)).as_text(), "default");
  EXPECT_EQ(reason_of([&] { return open(server.url("app:wrong@")); }), "redis_refused");
  EXPECT_EQ(reason_of([&] { return open(server.url()); }), "redis_refused");
}

TEST(RedisConnection, chooses_the_database_and_tells_its_name) {
  const RedisServer server;
  const auto redis = open(server.url() + "/3", {.client_name = "gatehouse-test"});
  (void)redis->command({"SET", "key", "three"}, in(5s));
  EXPECT_EQ(server.cli({"-n", "3", "GET", "key"}), "three");
  EXPECT_NE(server.cli({"CLIENT", "LIST"}).find("name=gatehouse-test"), std::string::npos);
}

TEST(RedisConnection, a_frozen_server_costs_no_more_than_the_deadline) {
  RedisServer server;
  const auto redis = open(server.url());
  server.freeze();
  EXPECT_EQ(reason_of([&] { return redis->command({"PING"}, in(50ms)); }), "redis_timeout");
  // The kernel still accepts for it.
  EXPECT_EQ(reason_of([&] { return RedisConnection::open(*parse_redis_url(server.url()), {}, in(50ms)); }),
            "redis_timeout");
}

TEST(RedisConnection, notices_a_killed_server) {
  RedisServer server;
  const auto redis = open(server.url());
  EXPECT_TRUE(redis->is_alive());
  server.kill();
  EXPECT_FALSE(redis->is_alive());
  EXPECT_EQ(reason_of([&] { return redis->command({"PING"}, in(5s)); }), "redis_closed");
  EXPECT_EQ(reason_of([&] { return open(server.url()); }), "redis_unreachable");
  server.restart();
  EXPECT_EQ(open(server.url())->command({"PING"}, in(5s)).as_text(), "PONG");
}

TEST(RedisConnection, refuses_a_huge_reply) {
  const RedisServer server;
  const auto redis = open(server.url(), {.max_reply = 64 * 1024});
  (void)redis->command({"SETRANGE", "big", "1000000", "x"}, in(5s));
  EXPECT_EQ(redis->command({"STRLEN", "big"}, in(5s)).as_integer(), 1'000'001);
  EXPECT_EQ(reason_of([&] { return redis->command({"GET", "big"}, in(5s)); }), "redis_reply_too_large");
}

TEST(RedisConnection, speaks_tls_to_whom_it_trusts_only) {
  const RedisServer server({.tls = true});
  const auto redis = open(server.url(), {.ca_file = server.ca_file()});
  EXPECT_EQ(redis->command({"SET", "key", std::string(100'000, 'x')}, in(5s)).as_text(), "OK");
  EXPECT_EQ(redis->command({"GET", "key"}, in(5s)).as_text(), std::string(100'000, 'x'));
  EXPECT_TRUE(redis->is_alive());

  const RedisServer stranger({.tls = true});
  EXPECT_EQ(reason_of([&] { return open(server.url(), {.ca_file = stranger.ca_file()}); }), "redis_tls");
  EXPECT_EQ(reason_of([&] { return open(server.url()); }), "redis_tls") << "signed by itself";
  const auto by_name = "rediss://localhost:" + std::to_string(server.port());
  EXPECT_EQ(reason_of([&] { return open(by_name, {.ca_file = server.ca_file()}); }), "redis_tls") << "another name";
  EXPECT_THROW((void)open(server.url(), {.ca_file = "/nonexistent.pem"}), std::runtime_error);
}

TEST(RedisConnection, does_not_take_a_clear_server_for_a_tls_one) {
  const RedisServer server;
  const auto url = "rediss://127.0.0.1:" + std::to_string(server.port());
  EXPECT_NE(reason_of([&] { return RedisConnection::open(*parse_redis_url(url), {}, in(1s)); }), "");
}

TEST(RedisConnection, says_when_a_name_does_not_resolve) {
  EXPECT_EQ(reason_of([] { return RedisConnection::open(*parse_redis_url("redis://nosuch.invalid"), {}, in(2s)); }),
            "redis_unresolved");
}

}  // namespace
}  // namespace gatehouse::cache
