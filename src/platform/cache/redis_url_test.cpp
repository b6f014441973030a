#include "platform/cache/redis_url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::cache {
namespace {

TEST(RedisUrl, reads_a_plain_server) {
  const auto url = parse_redis_url("redis://cache.example:7000/3");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->topology, RedisTopology::standalone);
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->endpoints, (std::vector<RedisEndpoint>{{"cache.example", 7000}}));
  EXPECT_EQ(url->database, 3U);
  EXPECT_TRUE(url->password.empty());
}

TEST(RedisUrl, has_the_usual_ports) {
  EXPECT_EQ(parse_redis_url("rediss://h")->endpoints.front().port, 6379);
  EXPECT_EQ(parse_redis_url("redis+cluster://h")->endpoints.front().port, 6379);
  EXPECT_EQ(parse_redis_url("redis+sentinel://h/m")->endpoints.front().port, 26379);
}

TEST(RedisUrl, reads_user_and_password_percent_encoded) {
  const auto url = parse_redis_url("rediss://app:p%40ss%3aword%2f@h:1");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->user, "app");
  EXPECT_EQ(url->password.expose(), "p@ss:word/");
  const auto default_user = parse_redis_url("redis://:secret@h");
  ASSERT_TRUE(default_user);
  EXPECT_EQ(default_user->user, "");
  EXPECT_EQ(default_user->clone().password.expose(), "secret");
}

TEST(RedisUrl, reads_sentinels_with_the_masters_name) {
  const auto url = parse_redis_url("redis+sentinel://u:p@s1:26380,s2,[::1]:26381/mymaster/2");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->topology, RedisTopology::sentinel);
  EXPECT_EQ(url->endpoints, (std::vector<RedisEndpoint>{{"s1", 26380}, {"s2", 26379}, {"::1", 26381}}));
  EXPECT_EQ(url->master_name, "mymaster");
  EXPECT_EQ(url->database, 2U);
}

TEST(RedisUrl, reads_nodes_of_a_cluster) {
  const auto url = parse_redis_url("redis+cluster://10.0.0.1:7000,10.0.0.2:7000/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->topology, RedisTopology::cluster);
  EXPECT_EQ(url->endpoints.size(), 2U);
}

TEST(RedisUrl, refuses_what_is_not_one) {
  const struct {
    const char* text;
    RedisUrlError error;
  } cases[] = {
      {"", RedisUrlError::scheme},
      {"http://h", RedisUrlError::scheme},
      {"REDIS://h", RedisUrlError::scheme},
      {"redis:h", RedisUrlError::scheme},
      {"redis://", RedisUrlError::host},
      {"redis:///0", RedisUrlError::host},
      {"redis://a,b", RedisUrlError::host},
      {"redis+cluster://a,,b", RedisUrlError::host},
      {"redis+cluster://a,", RedisUrlError::host},
      {"redis://h h", RedisUrlError::host},
      {"redis://h\r\nAUTH", RedisUrlError::host},
      {"redis://[::1", RedisUrlError::host},
      {"redis://[]:1", RedisUrlError::host},
      {"redis://[::1]x", RedisUrlError::host},
      {"redis://h?db=1", RedisUrlError::host},
      {"redis://h:0", RedisUrlError::port},
      {"redis://h:65536", RedisUrlError::port},
      {"redis://h:+1", RedisUrlError::port},
      {"redis://h:", RedisUrlError::port},
      {"redis://h:1:2", RedisUrlError::port},
      {"redis://secret@h", RedisUrlError::credentials},
      {"redis://u:@h", RedisUrlError::credentials},
      {"redis://u:%zz@h", RedisUrlError::credentials},
      {"redis://u:%4@h", RedisUrlError::credentials},
      {"redis://h/x", RedisUrlError::path},
      {"redis://h/-1", RedisUrlError::path},
      {"redis://h/1024", RedisUrlError::path},
      {"redis://h/0/", RedisUrlError::path},
      {"redis+sentinel://h", RedisUrlError::path},
      {"redis+sentinel://h/", RedisUrlError::path},
      {"redis+sentinel://h/m/x", RedisUrlError::path},
      {"redis+cluster://h/1", RedisUrlError::path},
  };
  for (const auto& c : cases) {
    const auto url = parse_redis_url(c.text);
    ASSERT_FALSE(url) << c.text;
    EXPECT_EQ(url.error(), c.error) << c.text << ": " << explain(url.error());
  }
  const std::string with_nul("redis://h\0x", 11);
  EXPECT_FALSE(parse_redis_url(with_nul));
}

}  // namespace
}  // namespace gatehouse::cache
