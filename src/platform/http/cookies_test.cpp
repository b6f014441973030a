#include "platform/http/cookies.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::http {
namespace {

std::string cookie(const std::vector<std::string_view>& lines, std::string_view name = "a") {
  const auto request = std::make_unique<Request>();
  for (const auto line : lines) request->headers[request->header_count++] = {"Cookie", line};
  const auto found = find_cookie(*request, name);
  if (!found) return found.error() == CookieError::absent ? "absent" : "ambiguous";
  return "=" + std::string(*found);
}

TEST(Cookies, finds_a_value_among_others) {
  EXPECT_EQ(cookie({"a=1"}), "=1");
  EXPECT_EQ(cookie({"b=2; a=1; c=3"}), "=1");
  EXPECT_EQ(cookie({"b=2;a=1;c=3"}), "=1");
  EXPECT_EQ(cookie({"b=2", "a=1"}), "=1");
  EXPECT_EQ(cookie({" \ta = 1 \t"}), "=1");
  EXPECT_EQ(cookie({"a=x=y=="}), "=x=y==");
  EXPECT_EQ(cookie({"a=\"quoted\""}), "=\"quoted\"");
  EXPECT_EQ(cookie({"a="}), "=");
}

// Whoever can set a cookie for a sibling domain can plant a second one: which of the two counts differs by program.
TEST(Cookies, a_name_that_comes_twice_is_ambiguous) {
  EXPECT_EQ(cookie({"a=1; a=2"}), "ambiguous");
  EXPECT_EQ(cookie({"a=1; a=1"}), "ambiguous");
  EXPECT_EQ(cookie({"a=1", "b=2; a=1"}), "ambiguous");
  EXPECT_EQ(cookie({"a=; a=1"}), "ambiguous");
}

TEST(Cookies, a_name_is_matched_whole_and_with_its_case) {
  EXPECT_EQ(cookie({"A=1"}), "absent");
  EXPECT_EQ(cookie({"aa=1; ba=2; b=a=3"}), "absent");
  EXPECT_EQ(cookie({"b=\"; a=1\""}), "=1\"") << "quotes hide nothing (RFC 6265bis 5.4)";
}

TEST(Cookies, lines_without_it_have_none) {
  for (const char* line : {"", ";", ";;;", "a", "=1", "=a=1", ",a=1"}) EXPECT_EQ(cookie({line}), "absent") << line;
  EXPECT_EQ(cookie({}), "absent");
}

TEST(Cookies, what_is_set_is_kept_from_scripts_and_from_plain_http) {
  EXPECT_EQ(set_cookie("__Host-x", "v", {}), "__Host-x=v; Path=/; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(set_cookie("__Host-x", "", {.same_site = "Lax", .max_age = 0}),
            "__Host-x=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

}  // namespace
}  // namespace gatehouse::http
