#include "platform/base/uuid.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

namespace gatehouse::base {
namespace {

using ThisId = Id<struct ThisTag>;
using ThatId = Id<struct ThatTag>;
static_assert(!std::is_convertible_v<ThisId, ThatId> && !std::is_constructible_v<ThisId, ThatId>);
static_assert(!std::is_convertible_v<Uuid, ThisId>, "what an id names is said, never guessed");

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(unsigned char byte) : byte_(byte) {}
  void fill(void* out, std::size_t size) override { std::memset(out, byte_, size); }

 private:
  unsigned char byte_;
};

constexpr std::string_view kText = "01234567-89ab-7def-8123-456789abcdef";

TEST(Uuid, text_survives_both_ways) {
  const auto id = Uuid::parse(kText);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), kText);
  EXPECT_EQ(Uuid::from_bytes(id->bytes()), *id);
}

// One spelling alone: two for one id would be two keys in a cache, a limit or a revocation set.
TEST(Uuid, refuses_every_other_spelling) {
  for (const char* text : {"", "0", "01234567-89AB-7def-8123-456789abcdef", "0123456789ab7def8123456789abcdef",
                           "{01234567-89ab-7def-8123-456789abcdef}", "urn:uuid:01234567-89ab-7def-8123-456789abcdef",
                           "01234567-89ab-7def-8123-456789abcde", "01234567-89ab-7def-8123-456789abcdef0",
                           " 1234567-89ab-7def-8123-456789abcdef", "0123456789-ab-7def-8123-456789abcdef",
                           "01234567-89ab-7def-8123-456789abcdeg", "01234567_89ab_7def_8123_456789abcdef",
                           "01234567-89ab-7def-8123--56789abcdef", "+1234567-89ab-7def-8123-456789abcdef",
                           "------------------------------------"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
  std::string nul(kText);
  nul[35] = '\0';
  EXPECT_FALSE(Uuid::parse(nul));
}

TEST(Uuid, takes_sixteen_bytes_and_no_other_length) {
  for (std::size_t size : {0U, 15U, 17U, 32U}) EXPECT_FALSE(Uuid::from_bytes(std::string(size, 'x'))) << size;
  EXPECT_TRUE(Uuid::from_bytes(std::string(16, 'x')));
}

TEST(Uuid, v7_carries_version_variant_and_time) {
  const FakeClock clock(from_unix_ms(0x0123456789ab));
  FixedRandom ones(0xFF);
  EXPECT_EQ(Uuid::v7(clock, ones).to_string(), "01234567-89ab-7fff-bfff-ffffffffffff");
  FixedRandom zeros(0);
  EXPECT_EQ(Uuid::v7(clock, zeros).to_string(), "01234567-89ab-7000-8000-000000000000");
}

TEST(Uuid, v7_of_a_later_millisecond_sorts_behind_whatever_the_random_bits_are) {
  FakeClock clock;
  FixedRandom ones(0xFF);
  FixedRandom zeros(0);
  const auto earlier = Uuid::v7(clock, ones);
  clock.advance(std::chrono::milliseconds(1));
  const auto later = Uuid::v7(clock, zeros);
  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.to_string(), later.to_string());
}

TEST(Uuid, random_is_version_4_and_does_not_repeat) {
  SystemRandom random;
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = Uuid::random(random);
    const auto text = id.to_string();
    ASSERT_EQ(text[14], '4');
    ASSERT_NE(std::string("89ab").find(text[19]), std::string::npos);
    ASSERT_TRUE(seen.insert(id).second);
  }
}

TEST(Uuid, nil_is_nil) {
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_FALSE(Uuid::parse(kText)->is_nil());
}

}  // namespace
}  // namespace gatehouse::base
