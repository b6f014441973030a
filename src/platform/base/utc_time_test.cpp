#include "platform/base/utc_time.hpp"

#include <gtest/gtest.h>

namespace gatehouse::base {
namespace {

TEST(UtcTime, reads_days_and_times) {
  EXPECT_EQ(parse_utc_time("1970-01-01"), from_unix_ms(0));
  EXPECT_EQ(parse_utc_time("2027-01-15T08:00:00Z"), from_unix_ms(1'800'000'000'000));
  EXPECT_EQ(parse_utc_time("2027-01-15T08:00:00.123Z"), from_unix_ms(1'800'000'000'123));
  EXPECT_EQ(parse_utc_time("2028-02-29"), parse_utc_time("2028-02-29T00:00:00Z"));
}

TEST(UtcTime, refuses_everything_else) {
  for (const char* text :
       {"", "2027", "2027-1-1", "2027-02-29", "2027-13-01", "2027-00-01", "2027-01-00", "2027-01-15T24:00:00Z",
        "2027-01-15T08:60:00Z", "2027-01-15T08:00:60Z", "2027-01-15T08:00:00", "2027-01-15T08:00:00+01:00",
        "2027-01-15 08:00:00Z", "2027-01-15T08:00:00.1Z", "2027-01-15T08:00:00Zx", "-027-01-15", "20a7-01-15"}) {
    EXPECT_FALSE(parse_utc_time(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::base
