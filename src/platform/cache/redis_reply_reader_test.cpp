#include "platform/cache/redis_reply_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "platform/base/unavailable.hpp"

namespace gatehouse::cache {
namespace {

std::string reason_of(RedisReplyReader& reader) {
  try {
    (void)reader.next();
  } catch (const base::Unavailable& error) {
    return error.what();
  }
  return "";
}

TEST(RedisReplyReader, reads_every_kind) {
  RedisReplyReader reader(1024);
  reader.feed("+OK\r\n-ERR no\r\n:-5\r\n$2\r\nab\r\n$-1\r\n*-1\r\n");
  EXPECT_EQ(reader.next()->as_text(), "OK");
  EXPECT_EQ(reader.next()->as_error(), "ERR no");
  EXPECT_EQ(reader.next()->as_integer(), -5);
  EXPECT_EQ(reader.next()->as_text(), "ab");
  EXPECT_TRUE(reader.next()->is_nil());
  EXPECT_TRUE(reader.next()->is_nil());
  EXPECT_FALSE(reader.next());
}

TEST(RedisReplyReader, reads_arrays_in_arrays) {
  RedisReplyReader reader(1024);
  reader.feed("*3\r\n:1\r\n*2\r\n$1\r\nx\r\n$-1\r\n-E y\r\n*0\r\n");
  const auto reply = reader.next();
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->as_array().size(), 3U);
  EXPECT_EQ(reply->as_array()[0].as_integer(), 1);
  EXPECT_EQ(reply->as_array()[1].as_array()[0].as_text(), "x");
  EXPECT_TRUE(reply->as_array()[1].as_array()[1].is_nil());
  EXPECT_TRUE(reply->as_array()[2].is_error("E"));
  EXPECT_TRUE(reader.next()->as_array().empty());
  EXPECT_FALSE(reader.next());
}

TEST(RedisReplyReader, reads_replies_however_they_are_cut) {
  const std::string wire = "*2\r\n$5\r\nhello\r\n:42\r\n+OK\r\n";
  for (std::size_t first = 0; first <= wire.size(); ++first) {
    RedisReplyReader reader(1024);
    std::vector<RedisReply> replies;
    for (const auto& part : {wire.substr(0, first), wire.substr(first)}) {
      reader.feed(part);
      while (auto reply = reader.next()) replies.push_back(std::move(*reply));
    }
    ASSERT_EQ(replies.size(), 2U) << first;
    EXPECT_EQ(replies[0].as_array()[0].as_text(), "hello");
    EXPECT_EQ(replies[0].as_array()[1].as_integer(), 42);
    EXPECT_EQ(replies[1].as_text(), "OK");
  }
}

TEST(RedisReplyReader, refuses_what_is_no_resp) {
  for (const char* wire : {"HTTP/1.1 200 OK\r\n", "?\r\n", "\r\n\r\n"}) {
    RedisReplyReader reader(1024);
    reader.feed(wire);
    EXPECT_EQ(reason_of(reader), "redis_protocol") << wire;
  }
}

TEST(RedisReplyReader, refuses_more_bytes_than_allowed) {
  RedisReplyReader reader(100);
  reader.feed("$2000000000\r\n");
  EXPECT_FALSE(reader.next());
  reader.feed(std::string(100, 'x'));
  EXPECT_EQ(reason_of(reader), "redis_reply_too_large");
}

TEST(RedisReplyReader, the_bound_is_each_replys_own) {
  RedisReplyReader reader(100);
  std::string wire;
  for (int i = 0; i < 50; ++i) wire += "$5\r\nhello\r\n";
  reader.feed(wire);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(reader.next()->as_text(), "hello");
  EXPECT_FALSE(reader.next());
}

// Eight bytes announce megabytes, on each level again.
TEST(RedisReplyReader, refuses_announced_arrays_that_would_fill_the_memory) {
  RedisReplyReader flat(1 << 20);
  flat.feed("*2000000000\r\n");
  EXPECT_EQ(reason_of(flat), "redis_reply_too_large");
  RedisReplyReader nested(1 << 20);
  nested.feed("*40000\r\n*40000\r\n");
  EXPECT_EQ(reason_of(nested), "redis_reply_too_large");
  RedisReplyReader negative(1 << 20);
  negative.feed("*-2\r\n");
  EXPECT_NE(reason_of(negative), "");
}

}  // namespace
}  // namespace gatehouse::cache
