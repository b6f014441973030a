#include "platform/qr/qr_svg.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::qr {
namespace {

std::string svg_of(const std::string& text) {
  return std::string(to_svg(base::Secret(std::string_view(text))).expose());
}

TEST(QrSvg, draws_a_version_1_code_with_its_three_finders_and_quiet_zone) {
  const auto svg = svg_of("gatehouse");
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""));
  EXPECT_TRUE(svg.ends_with("</svg>"));
  for (const char* corner : {"M4 4h", "M24 4h", "M4 24h"}) EXPECT_NE(svg.find(corner), std::string::npos) << corner;
  EXPECT_EQ(svg.find("M24 24h"), std::string::npos);  // the fourth corner has no finder
  EXPECT_EQ(svg.find("M3 "), std::string::npos);
}

TEST(QrSvg, holds_nothing_a_strict_content_security_policy_would_refuse) {
  const auto svg = svg_of("otpauth://totp/x");
  for (const char* word : {"<script", "style", "href", "onload", "otpauth"}) {
    EXPECT_EQ(svg.find(word), std::string::npos) << word;
  }
}

TEST(QrSvg, different_texts_give_different_pictures_up_to_the_longest) {
  EXPECT_NE(svg_of("a"), svg_of("b"));
  EXPECT_EQ(svg_of("a"), svg_of("a"));
  EXPECT_GT(svg_of(std::string(kLongestText, 'x')).size(), 10'000U);
}

}  // namespace
}  // namespace gatehouse::qr
