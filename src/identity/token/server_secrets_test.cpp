#include "identity/token/server_secrets.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_random.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {
namespace {

class ServerSecretsTest : public ::testing::Test {
 protected:
  auto load(const crypto::SealingKey& master) {
    return load_or_create_server_secrets(database_->database(), master, random_, clock_);
  }
  std::int64_t rows() {
    return database_->database().read_blocking([](db::Transaction& tx) {
      return tx.query_one("SELECT COUNT(*) FROM server_secret", {}, [](const db::Row& row) { return row.integer(0); })
          .value();
    });
  }
  void execute(std::string_view sql) {
    database_->database().write_blocking([&](db::Transaction& tx) { return tx.execute(sql); });
  }

  std::unique_ptr<test::TestDatabase> database_ = test::sqlite_in_memory();
  test::FakeRandom random_;
  base::FakeClock clock_;
  crypto::SealingKey master_ = crypto::SealingKey::generate(random_);
};

TEST_F(ServerSecretsTest, are_made_once_and_found_again) {
  const auto first = load(master_);
  ASSERT_TRUE(first);
  const auto second = load(master_);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->refresh_mac, second->refresh_mac);
  EXPECT_EQ(first->blind_index, second->blind_index);
  EXPECT_EQ(first->account_kek, second->account_kek);
  EXPECT_FALSE(first->refresh_mac == first->blind_index);
  EXPECT_EQ(rows(), 7);
}

TEST_F(ServerSecretsTest, refuses_the_wrong_master_key_and_makes_no_new_secret) {
  ASSERT_TRUE(load(master_));
  execute("DELETE FROM server_secret WHERE purpose = 'refresh_mac'");
  const auto other = crypto::SealingKey::generate(random_);
  const auto loaded = load(other);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error(), ServerSecretError::wrong_master_key);
  EXPECT_EQ(rows(), 6);
}

TEST_F(ServerSecretsTest, refuses_a_secret_moved_to_another_purpose) {
  ASSERT_TRUE(load(master_));
  execute(
      "UPDATE server_secret SET sealed = (SELECT sealed FROM server_secret WHERE purpose = 'blind_index') "
      "WHERE purpose = 'refresh_mac'");
  EXPECT_FALSE(load(master_));
}

TEST_F(ServerSecretsTest, stand_in_the_database_only_sealed) {
  const auto secrets = load(master_);
  ASSERT_TRUE(secrets);
  database_->database().read_blocking([&](db::Transaction& tx) {
    tx.query("SELECT sealed FROM server_secret", {}, [&](const db::Row& row) {
      EXPECT_EQ(row.blob(0).find(secrets->refresh_mac.expose()), std::string::npos);
      EXPECT_EQ(row.blob(0).find(secrets->account_kek.expose()), std::string::npos);
    });
    return 0;
  });
}

}  // namespace
}  // namespace gatehouse::identity
