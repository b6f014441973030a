#include "platform/base/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gatehouse::base {
namespace {

TEST(KeyedHash, is_the_same_for_the_same_bytes_however_they_are_held) {
  const auto id = Uuid::parse("01234567-89ab-7def-8123-456789abcdef");
  EXPECT_EQ(KeyedHash{}(*id), keyed_hash(id->bytes()));
  EXPECT_EQ(KeyedHash{}(Id<struct Tag>(*id)), keyed_hash(id->bytes()));
  EXPECT_EQ(keyed_hash(std::string("abc")), keyed_hash("abc"));
}

// H06: without the process's key no collision can be prepared; with it, neighbours are spread like anything else.
TEST(KeyedHash, H06_spreads_neighbouring_keys_over_all_bits) {
  std::set<std::uint64_t> top, low;
  for (int i = 0; i < 4096; ++i) {
    const auto hash = keyed_hash("key" + std::to_string(i));
    top.insert(hash >> 56U);
    low.insert(hash & 255U);
  }
  EXPECT_EQ(top.size(), 256U);
  EXPECT_EQ(low.size(), 256U);
}

TEST(KeyedHash, an_empty_text_has_a_hash) { EXPECT_NE(keyed_hash(""), keyed_hash(std::string_view("\0", 1))); }

}  // namespace
}  // namespace gatehouse::base
