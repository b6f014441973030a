#include "platform/text/normalise.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::text {
namespace {

// P04: a password typed on another system is the same password.
TEST(Normalise, P04_composed_and_decomposed_forms_are_the_same_text) {
  EXPECT_EQ(to_nfc("caf\u00e9"), to_nfc("cafe\u0301"));
  EXPECT_EQ(to_nfc("\u1100\u1161"), to_nfc("\uac00"));
  EXPECT_EQ(to_nfc("\u212b"), to_nfc("A\u030a"));
}

TEST(Normalise, P04_leaves_what_is_composed_as_it_is) {
  const std::string cases[] = {
      "",       " leading and trailing ",      "correct horse", "\U0001F600\U0001F468\u200D\U0001F469",
      "\uff21", std::string("nul\0inside", 10)};
  for (const auto& text : cases) EXPECT_EQ(to_nfc(text), text);
  std::string long_text;
  for (int i = 0; i < 64; ++i) long_text += "\U0001F511";
  EXPECT_EQ(to_nfc(long_text), long_text);
}

TEST(Normalise, P04_refuses_what_is_not_utf8) {
  const std::string cases[] = {"\xed\xa0\x80",      // a lone surrogate
                               "\xc0\x80",          // NUL in two bytes
                               "\xe0\x80\xaf",      // a slash in three
                               "\xf4\x90\x80\x80",  // above U+10FFFF
                               "abc\xff",          "\xe2\x82", "\x80"};
  for (const auto& text : cases) EXPECT_FALSE(to_nfc(text));
}

TEST(Normalise, copes_with_text_that_grows) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "\U0001D160";  // NFC writes three code points for this one
  const auto normal = to_nfc(text);
  ASSERT_TRUE(normal);
  EXPECT_EQ(normal->size(), 5000U * 12);
}

}  // namespace
}  // namespace gatehouse::text
