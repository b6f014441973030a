#include "platform/cache/redis_slots.hpp"

#include <gtest/gtest.h>

namespace gatehouse::cache {
namespace {

RedisReply node(const char* host, std::int64_t port) {
  return RedisReply::array({RedisReply::text(host), RedisReply::integer(port), RedisReply::text("id")});
}

RedisReply range(std::int64_t first, std::int64_t last, RedisReply master) {
  return RedisReply::array({RedisReply::integer(first), RedisReply::integer(last), std::move(master)});
}

const RedisEndpoint kAsked{"asked", 7000};

// The values are those of CLUSTER KEYSLOT.
TEST(RedisSlots, finds_the_slot_of_a_key_as_redis_does) {
  EXPECT_EQ(redis_slot_of("123456789"), 0x31C3 % kRedisSlots);
  EXPECT_EQ(redis_slot_of("foo"), 12182);
  EXPECT_EQ(redis_slot_of(""), 0);
}

TEST(RedisSlots, hashes_only_what_stands_in_the_first_braces) {
  EXPECT_EQ(redis_slot_of("{user1000}.following"), redis_slot_of("user1000"));
  EXPECT_EQ(redis_slot_of("foo{bar}{zap}"), redis_slot_of("bar"));
  EXPECT_EQ(redis_slot_of("foo{{bar}}zap"), redis_slot_of("{bar"));
  EXPECT_NE(redis_slot_of("foo{}{bar}"), redis_slot_of("bar")) << "empty braces: the whole key";
  EXPECT_NE(redis_slot_of("foo{bar"), redis_slot_of("bar"));
}

TEST(RedisSlots, reads_who_holds_what) {
  const auto slots =
      RedisSlots::parse(RedisReply::array({range(0, 8000, node("a", 1)), range(8001, 16382, node("", 2))}), kAsked);
  ASSERT_TRUE(slots);
  EXPECT_EQ(*slots->node_of(std::uint16_t{0}), (RedisEndpoint{"a", 1}));
  EXPECT_EQ(*slots->node_of(std::uint16_t{8000}), (RedisEndpoint{"a", 1}));
  EXPECT_EQ(*slots->node_of(std::uint16_t{8001}), (RedisEndpoint{"asked", 2})) << "without a name: who was asked";
  EXPECT_EQ(slots->node_of(std::uint16_t{16383}), nullptr);
  EXPECT_EQ(slots->nodes().size(), 2U);
}

TEST(RedisSlots, moves_a_slot) {
  auto slots = RedisSlots::parse(RedisReply::array({range(0, 16383, node("a", 1))}), kAsked);
  ASSERT_TRUE(slots);
  slots->move(5, {"b", 2});
  EXPECT_EQ(*slots->node_of(std::uint16_t{5}), (RedisEndpoint{"b", 2}));
  EXPECT_EQ(*slots->node_of(std::uint16_t{6}), (RedisEndpoint{"a", 1}));
}

TEST(RedisSlots, refuses_what_is_no_map) {
  const RedisReply cases[] = {
      RedisReply(),
      RedisReply::text("x"),
      RedisReply::error("ERR This instance has cluster support disabled"),
      RedisReply::array({}),
      RedisReply::array({RedisReply::integer(1)}),
      RedisReply::array({range(-1, 5, node("a", 1))}),
      RedisReply::array({range(0, 16384, node("a", 1))}),
      RedisReply::array({range(0, 5, node("a", 0))}),
      RedisReply::array({range(0, 5, node("a", 65536))}),
      RedisReply::array({range(0, 5, RedisReply())}),
  };
  for (const auto& reply : cases) EXPECT_FALSE(RedisSlots::parse(reply, kAsked));
}

TEST(RedisSlots, reads_redirections) {
  const auto moved = parse_redirection(RedisReply::error("MOVED 3999 127.0.0.1:6381"), kAsked);
  ASSERT_TRUE(moved);
  EXPECT_FALSE(moved->ask);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->node, (RedisEndpoint{"127.0.0.1", 6381}));
  const auto ask = parse_redirection(RedisReply::error("ASK 1 ::1:6381"), kAsked);
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->ask);
  EXPECT_EQ(ask->node.host, "::1");
  EXPECT_EQ(parse_redirection(RedisReply::error("MOVED 1 :6381"), kAsked)->node.host, "asked");
}

TEST(RedisSlots, takes_no_other_error_for_a_redirection) {
  for (const char* text : {"MOVED", "MOVED ", "MOVED 1", "MOVED x h:1", "MOVED 16384 h:1", "MOVED 1 h", "MOVED 1 h:0",
                           "MOVED 1 h:65536", "MOVEDX 1 h:1", "ERR MOVED 1 h:1", ""}) {
    EXPECT_FALSE(parse_redirection(RedisReply::error(text), kAsked)) << text;
  }
  EXPECT_FALSE(parse_redirection(RedisReply::text("MOVED 1 h:1"), kAsked));
}

}  // namespace
}  // namespace gatehouse::cache
