#include "identity/token/data_key.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

class DataKey : public ::testing::Test {
 protected:
  test::FakeRandom random_;
  base::FakeClock clock_;
  crypto::SealingKey kek_ = crypto::SealingKey::generate(random_);
  crypto::SealingKey data_key_ = crypto::SealingKey::generate(random_);
  contract::AccountId owner_{base::Uuid::v7(clock_, random_)};
  contract::AccountId other_{base::Uuid::v7(clock_, random_)};
};

TEST_F(DataKey, opens_for_its_account) {
  const auto opened = open_data_key(kek_, owner_, seal_data_key(kek_, owner_, data_key_, random_));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->bytes(), data_key_.bytes());
}

TEST_F(DataKey, refuses_a_row_copied_to_another_account) {
  EXPECT_FALSE(open_data_key(kek_, other_, seal_data_key(kek_, owner_, data_key_, random_)));
}

TEST_F(DataKey, refuses_another_key_and_an_erased_one) {
  const auto sealed = seal_data_key(kek_, owner_, data_key_, random_);
  EXPECT_FALSE(open_data_key(crypto::SealingKey::generate(random_), owner_, sealed));
  EXPECT_FALSE(open_data_key(kek_, owner_, ""));
}

}  // namespace
}  // namespace gatehouse::identity
