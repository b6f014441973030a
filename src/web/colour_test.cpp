#include "web/colour.hpp"

#include <gtest/gtest.h>

namespace gatehouse::web {
namespace {

TEST(Colour, is_six_hex_digits) {
  for (const char* good : {"#3b4cca", "#FFFFFF", "#000000"}) EXPECT_TRUE(is_colour(good)) << good;
  for (const char* bad : {"", "3b4cca", "#3b4cc", "#3b4ccaa", "#3b4ccg", "red", "#3b4cc;"})
    EXPECT_FALSE(is_colour(bad)) << bad;
}

TEST(Colour, contrast_is_that_of_WCAG) {
  EXPECT_NEAR(contrast("#000000", "#ffffff"), 21.0, 0.001);
  EXPECT_NEAR(contrast("#777777", "#ffffff"), 4.48, 0.01);  // WCAG's own example of just too little
  EXPECT_NEAR(contrast("#ff0000", "#ffffff"), contrast("#ffffff", "#ff0000"), 1e-9);
}

TEST(Colour, what_stands_on_it_can_be_read) {
  EXPECT_EQ(better_on("#3b4cca"), "#ffffff");
  EXPECT_EQ(better_on("#ffcc00"), "#000000");
  for (const char* any : {"#777777", "#808080", "#ff0000", "#00ff00", "#0000ff"}) {
    EXPECT_GE(contrast(any, better_on(any)), kReadable) << any;
  }
}

}  // namespace
}  // namespace gatehouse::web
