#include "platform/runtime/fair_queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gatehouse::runtime {
namespace {

std::string drained(FairQueue<char>& queue) {
  std::string order;
  while (!queue.empty()) order.push_back(queue.pop());
  return order;
}

TEST(FairQueue, one_key_is_first_in_first_out) {
  FairQueue<char> queue;
  for (const char c : {'a', 'b', 'c'}) queue.push(1, c);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(drained(queue), "abc");
}

TEST(FairQueue, a_flood_of_one_key_does_not_delay_another_by_more_than_one) {
  FairQueue<char> queue;
  for (int i = 0; i < 1000; ++i) queue.push(1, 'x');
  queue.push(2, 'a');
  queue.push(3, 'b');
  EXPECT_EQ(drained(queue).substr(0, 5), "xabxx");
}

TEST(FairQueue, keys_take_turns) {
  FairQueue<char> queue;
  for (const char c : {'a', 'b', 'c'}) queue.push(1, c);
  for (const char c : {'1', '2'}) queue.push(2, c);
  EXPECT_EQ(drained(queue), "a1b2c");
}

// Coming back as soon as it was served must not put a key before those that wait.
TEST(FairQueue, a_key_that_returns_goes_behind_the_others) {
  FairQueue<char> queue;
  queue.push(1, 'a');
  queue.push(2, 'b');
  EXPECT_EQ(queue.pop(), 'a');
  queue.push(1, 'c');
  EXPECT_EQ(drained(queue), "bc");
}

TEST(FairQueue, a_newcomer_displaces_the_last_of_the_longest_line) {
  FairQueue<char> queue;
  for (const char c : {'a', 'b', 'c'}) queue.push(1, c);
  for (const char c : {'1', '2'}) queue.push(2, c);
  EXPECT_EQ(queue.displace_for(3), 'c');
  EXPECT_EQ(queue.size(), 4U);
  EXPECT_TRUE(queue.displace_for(3)) << "two lines of two: one of them gives";
  EXPECT_EQ(drained(queue).substr(0, 2), "a1") << "who came first stays";
}

TEST(FairQueue, the_longest_line_cannot_displace_anyone) {
  FairQueue<char> queue;
  for (const char c : {'a', 'b', 'c'}) queue.push(1, c);
  queue.push(2, '1');
  EXPECT_EQ(queue.displace_for(1), std::nullopt);
  EXPECT_EQ(queue.size(), 4U);
}

TEST(FairQueue, nobody_is_displaced_where_all_lines_are_short) {
  FairQueue<char> queue;
  EXPECT_EQ(queue.displace_for(1), std::nullopt);
  for (std::uint64_t key = 0; key < 5; ++key) queue.push(key, 'x');
  EXPECT_EQ(queue.displace_for(9), std::nullopt) << "one for one would only be unfair to who came first";
  queue.push(0, 'y');
  EXPECT_EQ(queue.displace_for(1), std::nullopt) << "the newcomer's line would be as long";
  EXPECT_EQ(queue.displace_for(9), 'y');
}

TEST(FairQueue, holds_what_can_only_be_moved) {
  FairQueue<std::unique_ptr<int>> queue;
  queue.push(1, std::make_unique<int>(7));
  EXPECT_EQ(*queue.pop(), 7);
}

}  // namespace
}  // namespace gatehouse::runtime
