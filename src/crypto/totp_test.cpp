#include "crypto/totp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::crypto {
namespace {

using namespace std::chrono_literals;

const base::Secret& rfc_key() {
  static const base::Secret key(std::string_view("12345678901234567890"));
  return key;
}
base::TimePoint at(std::int64_t seconds) { return base::TimePoint(std::chrono::seconds(seconds)); }

TEST(Totp, gives_the_vectors_of_rfc_6238_appendix_b) {
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "94287082"},
                                                          {1'111'111'109, "07081804"},
                                                          {1'111'111'111, "14050471"},
                                                          {1'234'567'890, "89005924"},
                                                          {2'000'000'000, "69279037"},
                                                          {20'000'000'000, "65353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(hotp(rfc_key(), totp_step(at(seconds)), 8), code) << seconds;
    EXPECT_EQ(hotp(rfc_key(), totp_step(at(seconds))), std::string(code).substr(2)) << seconds;
  }
}

TEST(Totp, gives_the_vectors_of_rfc_4226_appendix_d) {
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314",
                         "254676", "287922", "162583", "399871", "520489"};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(hotp(rfc_key(), i), codes[i]) << i;
}

TEST(Totp, M02_takes_the_step_at_hand_and_its_neighbours_alone) {
  const auto now = at(1'800'000'000);
  const auto step = totp_step(now);
  for (int shift = -3; shift <= 3; ++shift) {
    const auto found = check_totp(rfc_key(), hotp(rfc_key(), step + shift), now, 0);
    if (shift >= -1 && shift <= 1) {
      EXPECT_EQ(found, step + shift);
    } else {
      EXPECT_FALSE(found) << shift;
    }
  }
}

TEST(Totp, M02_a_step_is_used_once_and_none_before_it_is_good_afterwards) {
  const auto now = at(1'800'000'000);
  const auto step = totp_step(now);
  EXPECT_FALSE(check_totp(rfc_key(), hotp(rfc_key(), step), now, step));
  EXPECT_FALSE(check_totp(rfc_key(), hotp(rfc_key(), step), now + kTotpStep, step));  // again, in the next step
  EXPECT_FALSE(check_totp(rfc_key(), hotp(rfc_key(), step - 1), now, step));
  EXPECT_EQ(check_totp(rfc_key(), hotp(rfc_key(), step + 1), now, step), step + 1);
}

TEST(Totp, M02_only_six_ascii_digits_are_a_code) {
  const auto now = at(1'800'000'000);
  const std::string code = hotp(rfc_key(), totp_step(now));
  ASSERT_TRUE(check_totp(rfc_key(), code, now, 0));
  std::string arabic;
  for (const char digit : code) arabic += std::string("\xD9") + static_cast<char>(0xA0 + (digit - '0'));
  const std::string texts[] = {"",
                               code + "0",
                               "0" + code,
                               code.substr(1),
                               " " + code,
                               code + " ",
                               code + "\n",
                               "+" + code.substr(1),
                               arabic,
                               code + std::string(1, '\0'),
                               code.substr(0, 3) + " " + code.substr(3),
                               std::string(6, '\0')};
  for (const auto& text : texts) EXPECT_FALSE(check_totp(rfc_key(), text, now, 0)) << text;
}

}  // namespace
}  // namespace gatehouse::crypto
