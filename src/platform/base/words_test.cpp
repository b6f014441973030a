#include "platform/base/words.hpp"

#include <gtest/gtest.h>

namespace gatehouse::base {
namespace {

TEST(Words, come_back_as_they_were_joined) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"admin"}, {"admin", "member"}, {"a", "b", "c"}}) {
    EXPECT_EQ(split_words(join_words(words)), words);
  }
  EXPECT_EQ(join_words({"admin", "member"}), "admin member");
  EXPECT_EQ(join_words({}), "");
}

TEST(Words, are_sorted_each_once) {
  EXPECT_EQ(sorted_words({"member", "admin", "member", "Admin"}),
            (std::vector<std::string>{"Admin", "admin", "member"}));
  EXPECT_TRUE(sorted_words({}).empty());
}

}  // namespace
}  // namespace gatehouse::base
