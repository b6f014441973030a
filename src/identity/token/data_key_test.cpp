#include "identity/token/data_key.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

class DataKey : public ::testing::Test {
 protected:
  base::Secret key_of(const base::Secret& kek, contract::AccountId account, const std::string& seed) {
    return derive_data_key(kek, account, seed).value().bytes().clone();
  }

  test::FakeRandom random_;
  base::FakeClock clock_;
  base::Secret kek_{random_.bytes(32)};
  contract::AccountId owner_{base::Uuid::v7(clock_, random_)};
  contract::AccountId other_{base::Uuid::v7(clock_, random_)};
  std::string seed_ = new_data_key_seed(random_);
};

TEST_F(DataKey, is_the_same_for_the_same_seed_and_account) {
  EXPECT_EQ(key_of(kek_, owner_, seed_), key_of(kek_, owner_, seed_));
}

// What is in the column, without the server's secret, says nothing; and no two accounts share a key.
TEST_F(DataKey, is_another_for_each_account_seed_and_server_secret) {
  const auto key = key_of(kek_, owner_, seed_);
  EXPECT_NE(key, key_of(kek_, other_, seed_));
  EXPECT_NE(key, key_of(kek_, owner_, new_data_key_seed(random_)));
  EXPECT_NE(key, key_of(base::Secret(random_.bytes(32)), owner_, seed_));
}

TEST_F(DataKey, there_is_none_without_a_whole_seed) {
  EXPECT_FALSE(derive_data_key(kek_, owner_, ""));
  EXPECT_FALSE(derive_data_key(kek_, owner_, seed_.substr(1)));
  EXPECT_FALSE(derive_data_key(kek_, owner_, seed_ + "x"));
}

}  // namespace
}  // namespace gatehouse::identity
