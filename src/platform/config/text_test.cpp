#include "platform/config/text.hpp"

#include <gtest/gtest.h>

#include "platform/config/problem.hpp"

namespace gatehouse::config {
namespace {

TEST(ConfigText, L01_a_problem_stays_one_line_whatever_the_file_holds) {
  const Problem problem{"a\nb.toml:1", "x\r\n\x1b[31m\xe2\x80\xae\xff", "unknown setting", ""};
  const std::string line = to_string(problem);
  EXPECT_EQ(line, "a\\x0ab.toml:1: x\\x0d\\x0a\\x1b[31m\\xe2\\x80\\xae\\xff: unknown setting");
}

TEST(ConfigText, cuts_what_is_too_long_to_read) { EXPECT_LT(printable(std::string(1'000'000, 'k')).size(), 200U); }

TEST(ConfigText, writes_toml_strings_that_cannot_be_broken_out_of) {
  EXPECT_EQ(toml_string("a\"b\\c\nd"), "\"a\\\"b\\\\c\\u000ad\"");
  EXPECT_EQ(toml_string("grün"), "\"grün\"");
}

TEST(ConfigText, knows_utf8_from_bytes) {
  EXPECT_TRUE(is_text("grün €"));
  EXPECT_TRUE(is_text("\xf0\x9f\x94\x91"));
  for (const char* bytes : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_FALSE(is_text(bytes));
  }
  EXPECT_FALSE(is_text(std::string_view("a\0b", 3)));
}

TEST(ConfigText, suggests_the_nearest_key) {
  const std::vector<std::string> known{"server.listen", "log.level", "session.idle"};
  EXPECT_EQ(nearest("server.listn", known), "server.listen");
  EXPECT_EQ(nearest("server.level", known), "log.level");
  EXPECT_EQ(nearest("zzzzzz", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), known), "");
}

TEST(ConfigText, names_the_variable_of_a_key) {
  EXPECT_EQ(variable_of("gate.sign_in_url"), "GATEHOUSE_GATE_SIGN_IN_URL");
}

}  // namespace
}  // namespace gatehouse::config
