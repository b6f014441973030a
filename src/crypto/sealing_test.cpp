#include "crypto/sealing.hpp"

#include <gtest/gtest.h>

#include <set>

namespace gatehouse::crypto {
namespace {

class Sealing : public ::testing::Test {
 protected:
  base::SystemRandom random_;
  SealingKey key_ = SealingKey::generate(random_);
};

TEST_F(Sealing, opens_what_it_sealed) {
  for (const std::string& plain : {std::string(), std::string("a@example.test"), std::string(100'000, 'x')}) {
    const auto sealed = key_.seal(plain, "account.email:1", random_);
    EXPECT_EQ(sealed.size(), plain.size() + SealingKey::kOverhead);
    const auto opened = key_.open(sealed, "account.email:1");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->expose(), plain);
  }
}

TEST_F(Sealing, never_seals_twice_to_the_same_bytes) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(seen.insert(key_.seal("same", "aad", random_).substr(1, 24)).second);
}

TEST_F(Sealing, refuses_every_changed_or_missing_byte) {
  const auto sealed = key_.seal("secret", "aad", random_);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(key_.open(changed, "aad")) << i;
    EXPECT_FALSE(key_.open(sealed.substr(0, i), "aad")) << i;
  }
  EXPECT_FALSE(key_.open(sealed + '\0', "aad"));
}

TEST_F(Sealing, refuses_a_value_moved_to_another_place) {
  const auto sealed = key_.seal("secret", "account.email:1", random_);
  for (const char* aad : {"account.email:2", "account.email:", "", "account.email:11"}) {
    EXPECT_FALSE(key_.open(sealed, aad)) << aad;
  }
}

TEST_F(Sealing, refuses_another_key_and_keys_of_another_length) {
  const auto sealed = key_.seal("secret", "aad", random_);
  EXPECT_FALSE(SealingKey::generate(random_).open(sealed, "aad"));
  EXPECT_FALSE(SealingKey::from_bytes(base::Secret(std::string(31, 'k'))));
  EXPECT_FALSE(SealingKey::from_bytes(base::Secret(std::string(33, 'k'))));
  const auto again = SealingKey::from_bytes(key_.bytes());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->open(sealed, "aad"));
}

TEST_F(Sealing, derives_keys_that_serve_one_purpose_only) {
  const base::Secret master(std::string(32, 'm'));
  const auto sealed = SealingKey::derive(master, "signing-keys").seal("secret", "aad", random_);
  EXPECT_TRUE(SealingKey::derive(master, "signing-keys").open(sealed, "aad"));
  EXPECT_FALSE(SealingKey::derive(master, "account-keys").open(sealed, "aad"));
}

}  // namespace
}  // namespace gatehouse::crypto
