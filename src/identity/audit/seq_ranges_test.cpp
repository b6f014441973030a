#include "identity/audit/seq_ranges.hpp"

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

TEST(SeqRanges, say_what_they_hold_and_are_read_back) {
  SeqRanges set;
  for (const int seq : {1, 2, 3, 7, 9, 10}) set.add(seq);
  EXPECT_EQ(set.to_string(), "1-3 7 9-10");
  EXPECT_EQ(set.count(), 6);
  const auto parsed = SeqRanges::parse("1-3 7 9-10");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->ranges(), set.ranges());
  for (const int seq : {1, 3, 7, 9, 10}) EXPECT_TRUE(parsed->contains(seq)) << seq;
  for (const int seq : {0, 4, 6, 8, 11}) EXPECT_FALSE(parsed->contains(seq)) << seq;
}

TEST(SeqRanges, one_set_has_one_text) {
  for (const char* text : {"", " ", "0", "-1", "01", "1-", "1-1", "2-1", "1 2", "1-3 4", "3 1", "1  3", "1 ", " 1",
                           "1,3", "1-3-5", "99999999999999999999", "9223372036854775807", "1a"}) {
    EXPECT_FALSE(SeqRanges::parse(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::identity
