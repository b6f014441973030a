#include "identity/bulk/line_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "identity/bulk/account_line.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::identity {
namespace {

class LineReaderTest : public testing::Test {
 protected:
  std::vector<LineReader::Line> read(const std::string& text, std::uint64_t offset = 0, std::uint64_t number = 0) {
    std::ofstream(file_, std::ios::binary) << text;
    LineReader reader(file_, offset, number);
    std::vector<LineReader::Line> lines;
    while (auto line = reader.next()) lines.push_back(*line);
    return lines;
  }

  test::TempDir folder_;
  const std::filesystem::path file_ = folder_.path() / "lines";
};

TEST_F(LineReaderTest, numbers_lines_and_knows_where_they_end) {
  const auto lines = read("\xEF\xBB\xBFone\r\n\ntwo\nlast");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].text, "one");
  EXPECT_EQ(lines[0].end, 8U);
  EXPECT_EQ(lines[1].text, "");
  EXPECT_EQ(lines[2].text, "two");
  EXPECT_EQ(lines[2].number, 3U);
  EXPECT_EQ(lines[3].text, "last");
  EXPECT_EQ(lines[3].end, 17U);
}

TEST_F(LineReaderTest, goes_on_behind_a_line) {
  const auto lines = read("one\ntwo\nthree\n", 4, 1);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "two");
  EXPECT_EQ(lines[0].number, 2U);
  EXPECT_EQ(lines[1].end, 14U);
}

TEST_F(LineReaderTest, skips_a_line_of_any_length_without_keeping_it) {
  const auto lines = read(std::string(kMaxLineBytes, 'a') + "\n" + std::string(5'000'000, 'b') + "\nshort\n");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text.size(), kMaxLineBytes);
  EXPECT_FALSE(lines[0].too_long);
  EXPECT_TRUE(lines[1].too_long);
  EXPECT_LT(lines[1].text.capacity(), 2 * kMaxLineBytes);
  EXPECT_EQ(lines[2].text, "short");
  EXPECT_EQ(lines[2].number, 3U);
}

TEST_F(LineReaderTest, an_empty_file_has_no_line_and_a_missing_one_is_an_error) {
  EXPECT_TRUE(read("").empty());
  EXPECT_THROW(LineReader(folder_.path() / "missing"), std::runtime_error);
}

}  // namespace
}  // namespace gatehouse::identity
