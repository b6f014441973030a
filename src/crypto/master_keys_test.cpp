#include "crypto/master_keys.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_random.hpp"

namespace gatehouse::crypto {
namespace {

SealingKey key_of(char c) { return *SealingKey::from_bytes(base::Secret(std::string(32, c))); }

TEST(MasterKeys, opens_what_either_has_sealed_and_says_which) {
  test::FakeRandom random;
  const MasterKeys keys(key_of('n'), key_of('b'));
  const auto by_new = keys.open(key_of('n').seal("plain", "place", random), "place");
  ASSERT_TRUE(by_new);
  EXPECT_EQ(by_new->plain.expose(), "plain");
  EXPECT_EQ(by_new->by, WhichMasterKey::current);
  const auto by_previous = keys.open(key_of('b').seal("plain", "place", random), "place");
  ASSERT_TRUE(by_previous);
  EXPECT_EQ(by_previous->plain.expose(), "plain");
  EXPECT_EQ(by_previous->by, WhichMasterKey::previous);
}

TEST(MasterKeys, opens_nothing_of_another_key_or_another_place) {
  test::FakeRandom random;
  const MasterKeys keys(key_of('n'), key_of('b'));
  EXPECT_FALSE(keys.open(key_of('x').seal("plain", "place", random), "place"));
  EXPECT_FALSE(keys.open(key_of('b').seal("plain", "place", random), "elsewhere"));
  EXPECT_FALSE(MasterKeys(key_of('n')).open(key_of('b').seal("plain", "place", random), "place"));
}

}  // namespace
}  // namespace gatehouse::crypto
