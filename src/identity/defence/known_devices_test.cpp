#include "identity/defence/known_devices.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

const std::string kAlice(16, 'a');
const std::string kBob(16, 'b');

struct KnownDevicesTest : ::testing::Test {
  test::FakeRandom random;
  KnownDevices devices{base::Secret(std::string(32, 'k')), random};
};

TEST_F(KnownDevicesTest, a_browser_that_signed_in_is_known_to_that_account_alone) {
  const auto cookie = devices.remember("", kAlice);
  EXPECT_TRUE(devices.find(cookie, kAlice));
  EXPECT_FALSE(devices.find(cookie, kBob));
  EXPECT_FALSE(devices.find("", kAlice));
}

TEST_F(KnownDevicesTest, the_next_sign_in_keeps_the_device) {
  const auto first = devices.remember("", kAlice);
  const auto second = devices.remember(first, kAlice);
  EXPECT_EQ(first, second);
}

TEST_F(KnownDevicesTest, two_accounts_of_one_browser_are_both_known_and_share_nothing) {
  const auto first = devices.remember("", kAlice);
  const auto both = devices.remember(first, kBob);
  ASSERT_TRUE(devices.find(both, kAlice));
  ASSERT_TRUE(devices.find(both, kBob));
  EXPECT_NE(*devices.find(both, kAlice), *devices.find(both, kBob));
}

TEST_F(KnownDevicesTest, holds_four_and_forgets_the_one_used_longest_ago) {
  std::string cookie;
  for (const char account : std::string("abcde")) cookie = devices.remember(cookie, std::string(16, account));
  EXPECT_FALSE(devices.find(cookie, std::string(16, 'a')));
  for (const char account : std::string("bcde")) EXPECT_TRUE(devices.find(cookie, std::string(16, account))) << account;
}

TEST_F(KnownDevicesTest, refuses_marks_that_were_forged_cut_or_moved) {
  const auto cookie = devices.remember("", kAlice);
  for (std::size_t i = 0; i < cookie.size(); ++i) {
    auto forged = cookie;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(devices.find(forged, kAlice)) << i;
  }
  EXPECT_FALSE(devices.find(cookie.substr(1), kAlice));
  EXPECT_FALSE(devices.find(cookie + "=", kAlice));
  const KnownDevices others{base::Secret(std::string(32, 'x')), random};
  EXPECT_FALSE(others.find(cookie, kAlice));
}

TEST_F(KnownDevicesTest, a_cookie_full_of_rubbish_costs_nothing_and_is_replaced) {
  const std::string rubbish(100'000, '.');
  EXPECT_FALSE(devices.find(rubbish, kAlice));
  const auto cookie = devices.remember(rubbish, kAlice);
  EXPECT_EQ(cookie.size(), 43U);
  EXPECT_TRUE(devices.find("..x." + cookie, kAlice));
}

}  // namespace
}  // namespace gatehouse::identity
