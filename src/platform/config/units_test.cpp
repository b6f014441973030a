#include "platform/config/units.hpp"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

using std::chrono::milliseconds;

TEST(Units, reads_durations_with_one_unit) {
  EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
  EXPECT_EQ(parse_duration("10s"), milliseconds(10'000));
  EXPECT_EQ(parse_duration("15m"), milliseconds(900'000));
  EXPECT_EQ(parse_duration("30d"), milliseconds(2'592'000'000));
  EXPECT_EQ(parse_duration("0s"), milliseconds(0));
}

TEST(Units, refuses_durations_that_could_be_misread) {
  for (const char* text :
       {"", "15", "m", "-1s", "+1s", "1.5h", "1h30m", "15 m", "15M", "1s ", "99999999999999999999s", "36501d", "1w"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Units, reads_sizes_of_binary_units_only) {
  EXPECT_EQ(parse_size("16KiB"), 16'384U);
  EXPECT_EQ(parse_size("4 MiB"), 4'194'304U);
  EXPECT_EQ(parse_size("512B"), 512U);
  for (const char* text : {"", "16", "16KB", "16kib", "4  MiB", "-1B", "1.5MiB", "99999999999GiB"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Units, writes_what_it_reads) {
  for (const char* text : {"0s", "250ms", "1500ms", "10s", "90s", "15m", "36h", "30d"}) {
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
  }
  for (const char* text : {"0B", "512B", "16KiB", "4MiB", "1GiB", "1025B"}) {
    EXPECT_EQ(format_size(*parse_size(text)), text);
  }
  for (const char* text : {"0.02", "20", "0.5"}) EXPECT_EQ(format_number(*parse_number(text)), text);
}

TEST(Units, refuses_numbers_that_are_not_all_of_the_text) {
  for (const char* text : {"", " 1", "1 ", "0x10", "1_000", "+1", "99999999999999999999"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "1,5"}) EXPECT_FALSE(parse_number(text)) << text;
}

}  // namespace
}  // namespace gatehouse::config
