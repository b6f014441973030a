#include "web/content_coding.hpp"

#include <gtest/gtest.h>

namespace gatehouse::web {
namespace {

TEST(ContentCoding, takes_the_best_that_both_have) {
  EXPECT_EQ(best_coding("gzip, deflate, br, zstd", true, true), Coding::brotli);
  EXPECT_EQ(best_coding("gzip, deflate, br", true, false), Coding::gzip);
  EXPECT_EQ(best_coding("GZIP", true, true), Coding::gzip);
  EXPECT_EQ(best_coding("br;q=0.5 , gzip;q=1", true, true), Coding::brotli);
  EXPECT_EQ(best_coding("gzip, br", false, false), Coding::identity);
}

TEST(ContentCoding, weight_zero_refuses) {
  EXPECT_EQ(best_coding("br;q=0, gzip", true, true), Coding::gzip);
  EXPECT_EQ(best_coding("br; q=0.000, gzip ;q=0.0", true, true), Coding::identity);
  EXPECT_EQ(best_coding("br;q=0.001", true, true), Coding::brotli);
}

TEST(ContentCoding, what_it_cannot_read_is_not_accepted) {
  for (const char* header : {"", ",", ";;;", "brotli", "x-gzip", "*", "identity", "b r"}) {
    EXPECT_EQ(best_coding(header, true, true), Coding::identity) << header;
  }
}

}  // namespace
}  // namespace gatehouse::web
