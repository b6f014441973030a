#include "platform/config/toml_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace gatehouse::config {
namespace {

class TomlFile : public testing::Test {
 protected:
  TomlFile() {
    std::string pattern = testing::TempDir() + "gatehouse-config-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~TomlFile() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

std::string where_it_fails(std::string_view text) {
  const auto parsed = parse_toml("f.toml", text);
  return parsed ? "it is accepted" : parsed.error().where;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

TEST_F(TomlFile, keeps_the_order_and_the_lines_of_the_file) {
  const auto parsed = parse_toml("f.toml", "[b]\nz = 1\na = [\"x\",\n 2.5]\n[a]\nwhen = 2020-01-01\n");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[0].name, "b");
  const auto& b = std::get<Table>((*parsed)[0].value.data);
  EXPECT_EQ(b[0].name, "z");
  EXPECT_EQ(b[0].value.line, 2U);
  EXPECT_EQ(std::get<List>(b[1].value.data)[1].line, 4U);
  EXPECT_STREQ(std::get<Table>((*parsed)[1].value.data)[0].value.type_name(), "a date or time");
}

TEST_F(TomlFile, names_the_line_of_a_syntax_error) {
  EXPECT_EQ(where_it_fails("a = 1\nb = \n"), "f.toml:2");
  EXPECT_EQ(where_it_fails("a = 1\nb = \"open\n"), "f.toml:2");
}

TEST_F(TomlFile, refuses_what_the_parser_itself_asserts) {
  EXPECT_EQ(where_it_fails("[:x]\n"), "f.toml");
  EXPECT_EQ(where_it_fails("[a.]\n"), "f.toml:1");
  EXPECT_EQ(where_it_fails("a\xc7\xab = 1\n"), "f.toml:1");
  EXPECT_TRUE(parse_toml("f.toml", "a = \"\"\"\\\n  \xc7\xab\"\"\"\n"));
}

TEST_F(TomlFile, refuses_what_is_given_twice) {
  EXPECT_EQ(where_it_fails("a = 1\na = 2\n"), "f.toml:2");
  EXPECT_EQ(where_it_fails("[a]\nx = 1\n[a]\ny = 1\n"), "f.toml:3");
}

TEST_F(TomlFile, refuses_bytes_that_are_not_utf8) {
  EXPECT_EQ(where_it_fails("a = \"\xff\"\n"), "f.toml");
  EXPECT_EQ(where_it_fails(std::string_view("a = 1\0", 6)), "f.toml");
}

TEST_F(TomlFile, H06_refuses_keys_deep_enough_to_exhaust_the_stack) {
  EXPECT_EQ(where_it_fails("\n[" + repeated("a.", 400'000) + "a]\n"), "f.toml:2");
  EXPECT_EQ(where_it_fails(repeated("a.", 400'000) + "a = 1\n"), "f.toml:1");
  EXPECT_EQ(where_it_fails(repeated("\"a\" . ", 150'000) + "a = 1\n"), "f.toml:1");
  // Behind strings that end in their own way the scan still sees the key.
  EXPECT_EQ(where_it_fails("s = \"\"\"x\"\"\"\"\"\nt = '''y''''\nu = \"\\\"\"\n" + repeated("a.", 1'000) + "a = 1\n"),
            "f.toml:4");
}

TEST_F(TomlFile, H06_refuses_values_deep_enough_to_exhaust_the_stack) {
  EXPECT_EQ(where_it_fails("a = " + repeated("[", 500'000)), "f.toml:1");
  EXPECT_EQ(where_it_fails("a = " + repeated("{a=", 300'000)), "f.toml:1");
}

TEST_F(TomlFile, dots_in_strings_and_comments_are_no_depth) {
  const std::string dots(5'000, '.');
  EXPECT_TRUE(parse_toml("f.toml", "# " + dots + "\na = \"" + dots + "\"\nb = '" + dots + "'\nc = '''\n" + dots +
                                       "\n'''\nd = \"\"\"\n" + dots + "\\\"\"\"\" # " + dots + "\n"));
}

TEST_F(TomlFile, refuses_a_file_above_the_cap) {
  const auto path = folder_ / "big.toml";
  std::ofstream(path) << std::string(kMaxFileBytes + 1, '#');
  const auto read = read_file(path);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("larger"), std::string::npos);
  EXPECT_FALSE(parse_toml("f.toml", std::string(kMaxFileBytes + 1, '#')));
}

TEST_F(TomlFile, refuses_what_is_no_regular_file) {
  EXPECT_FALSE(read_file(folder_ / "absent.toml"));
  EXPECT_FALSE(read_file(folder_));
  EXPECT_FALSE(read_file("/dev/zero"));
}

}  // namespace
}  // namespace gatehouse::config
