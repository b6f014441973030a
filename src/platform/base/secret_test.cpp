#include "platform/base/secret.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

namespace gatehouse::base {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Ordered = requires(const T& a, const T& b) { a < b; };

static_assert(!Printable<Secret>);
static_assert(!Ordered<Secret>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>, "bytes become a secret in so many words only");
static_assert(std::is_nothrow_move_constructible_v<Secret>);

TEST(Secret, wipe_overwrites_the_whole_capacity) {
  std::string bytes(64, 'k');
  bytes.resize(4);  // the rest of the old bytes is still behind the end
  const char* const memory = bytes.data();
  wipe(bytes);
  EXPECT_TRUE(bytes.empty());
  ASSERT_EQ(bytes.data(), memory) << "wiped in place, so that the memory can be looked at";
  for (int i = 0; i < 64; ++i) ASSERT_EQ(memory[i], '\0') << i;
}

TEST(Secret, taking_over_a_short_string_leaves_nothing_in_it) {
  std::string bytes = "hunter2";  // short: a move copies it
  const Secret secret(std::move(bytes));
  EXPECT_EQ(secret.expose(), "hunter2");
  EXPECT_EQ(std::string_view(bytes.data(), 7), std::string_view("\0\0\0\0\0\0\0", 7));  // NOLINT: what is left in it
}

TEST(Secret, moving_on_leaves_nothing_behind) {
  Secret first(std::string_view("short"));
  Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT: that it is empty is the contract
  Secret third;
  third = std::move(second);
  EXPECT_TRUE(second.empty());  // NOLINT
  EXPECT_EQ(third.expose(), "short");
}

TEST(Secret, assigning_itself_keeps_it) {
  Secret secret(std::string_view("value"));
  Secret& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.expose(), "value");
}

TEST(Secret, compares_by_content_and_length) {
  EXPECT_TRUE(Secret(std::string_view("abc")) == Secret(std::string_view("abc")));
  EXPECT_FALSE(Secret(std::string_view("abc")) == Secret(std::string_view("abd")));
  EXPECT_FALSE(Secret(std::string_view("abc")) == Secret(std::string_view("abcd")));
  EXPECT_FALSE(equal_in_constant_time("", "a"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
  EXPECT_FALSE(equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

TEST(Secret, clone_is_a_secret_of_its_own) {
  Secret original(std::string_view("key"));
  const Secret copy = original.clone();
  original = Secret();
  EXPECT_EQ(copy.expose(), "key");
}

}  // namespace
}  // namespace gatehouse::base
