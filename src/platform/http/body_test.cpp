#include "platform/http/body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::http {
namespace {

struct Read {
  BodyReader::Outcome outcome;
  std::string body;
};

Read at_once(const Framing& framing, std::string_view bytes, std::size_t limit = 1'000) {
  BodyReader reader(framing, limit);
  Read result;
  result.outcome = reader.read(bytes, result.body);
  return result;
}

// One byte more each time; what was not used is shown again, as the connection does.
Read byte_by_byte(const Framing& framing, std::string_view bytes, std::size_t limit = 1'000) {
  BodyReader reader(framing, limit);
  Read result;
  std::string shown;
  std::size_t used = 0;
  for (const char c : bytes) {
    shown.push_back(c);
    result.outcome = reader.read(shown, result.body);
    shown.erase(0, result.outcome.used);
    used += result.outcome.used;
    if (result.outcome.complete || result.outcome.refuse != 0) break;
  }
  result.outcome.used = used;
  return result;
}

constexpr Framing kChunked{true, 0};

TEST(Body, takes_as_many_bytes_as_announced_and_leaves_the_rest) {
  for (const auto& read : {at_once({false, 5}, "helloGET /"), byte_by_byte({false, 5}, "helloGET /")}) {
    EXPECT_TRUE(read.outcome.complete);
    EXPECT_EQ(read.outcome.used, 5U);
    EXPECT_EQ(read.body, "hello");
  }
  EXPECT_FALSE(at_once({false, 5}, "hell").outcome.complete);
}

TEST(Body, H04_more_than_the_limit_is_413_before_a_byte_is_kept) {
  const auto read = at_once({false, 10'485'760}, std::string(5'000, 'x'), 4'096);
  EXPECT_EQ(read.outcome.refuse, 413U);
  EXPECT_TRUE(read.body.empty());
  EXPECT_EQ(at_once({false, 18446744073709551615ULL}, "x").outcome.refuse, 413U);
  EXPECT_TRUE(at_once({false, 4}, "full", 4).outcome.complete);
}

TEST(Body, puts_chunks_together) {
  const std::string_view bytes = "5\r\nhello\r\nA\r\n, wonderfu\r\n00000002\r\nl!\r\n0\r\n\r\nGET /";
  for (const auto& read : {at_once(kChunked, bytes), byte_by_byte(kChunked, bytes)}) {
    EXPECT_TRUE(read.outcome.complete);
    EXPECT_EQ(read.outcome.refuse, 0U);
    EXPECT_EQ(read.body, "hello, wonderful!");
    EXPECT_EQ(bytes.substr(read.outcome.used), "GET /");
  }
}

TEST(Body, bytes_that_look_like_framing_inside_a_chunk_are_data) {
  const auto read = at_once(kChunked, "7\r\n0\r\n\r\nGE\r\n0\r\n\r\n");
  EXPECT_TRUE(read.outcome.complete);
  EXPECT_EQ(read.body, "0\r\n\r\nGE");
}

// H02: each of these has hidden a second request from one of two programs.
TEST(Body, H02_refuses_every_doubtful_chunk) {
  for (const char* bytes : {"1_0\r\nx",
                            "_5\r\nhello\r\n",
                            "+5\r\nhello\r\n0\r\n\r\n",
                            "-5\r\nhello\r\n",
                            "0x5\r\nhello\r\n0\r\n\r\n",
                            "0X5\r\nhello\r\n",
                            "00000000000000005\r\nhello\r\n",
                            "10000000000000005\r\nhello\r\n",
                            "000000005\r\nhello\r\n",
                            "5\nhello\r\n0\r\n\r\n",
                            "5\rhello\r\n0\r\n\r\n",
                            "5\r\nhello\n0\r\n\r\n",
                            "5\r\nhello\r0\r\n\r\n",
                            "5\r\nhello0\r\n\r\n",
                            "5\r\nhelloX\r\n0\r\n\r\n",
                            "5 \r\nhello\r\n",
                            " 5\r\nhello\r\n",
                            "5\t\r\nhello\r\n",
                            "5;a=b\r\nhello\r\n0\r\n\r\n",
                            "5;\r\nhello\r\n",
                            "0;a\r\n\r\n",
                            "\r\nhello\r\n",
                            "g\r\nhello\r\n",
                            "5h\r\nhello\r\n",
                            "0\r\nHost: evil\r\n\r\n",
                            "0\r\nContent-Length: 9\r\n\r\n",
                            "0\r\nAuthorization: x\r\n\r\n",
                            "0\r\n\n",
                            "0\r\n\r\r",
                            "0\n\r\n",
                            "0\r\n0\r\n\r\n",
                            "\n",
                            "\r\r\n",
                            "5\r\r\nhello\r\n",
                            "\xef\xbc\x95\r\nhello\r\n"}) {
    EXPECT_EQ(at_once(kChunked, bytes).outcome.refuse, 400U) << bytes;
    EXPECT_EQ(byte_by_byte(kChunked, bytes).outcome.refuse, 400U) << bytes;
    EXPECT_FALSE(at_once(kChunked, bytes).outcome.complete) << bytes;
  }
}

TEST(Body, H02_a_chunk_extension_of_64_kib_is_refused_after_its_first_bytes) {
  const std::string bytes = "5;" + std::string(65'536, 'e');
  const auto read = byte_by_byte(kChunked, bytes);
  EXPECT_EQ(read.outcome.refuse, 400U);
  EXPECT_EQ(read.outcome.used, 0U);
  EXPECT_EQ(at_once(kChunked, bytes.substr(0, 10)).outcome.refuse, 400U) << "no line end within ten bytes";
}

TEST(Body, H04_chunks_count_together_against_the_limit) {
  EXPECT_EQ(at_once(kChunked, "ffffffff\r\n", 1'000).outcome.refuse, 413U) << "by its size alone";
  EXPECT_EQ(at_once(kChunked, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 4).outcome.refuse, 413U);
  EXPECT_TRUE(at_once(kChunked, "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", 4).outcome.complete);
  EXPECT_EQ(at_once(kChunked, "1\r\nx\r\n", 0).outcome.refuse, 413U);
  EXPECT_TRUE(at_once(kChunked, "0\r\n\r\n", 0).outcome.complete);
}

}  // namespace
}  // namespace gatehouse::http
