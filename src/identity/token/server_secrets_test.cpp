#include "identity/token/server_secrets.hpp"

#include <gtest/gtest.h>

#include "crypto/mac.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {
namespace {

class ServerSecretsTest : public ::testing::Test {
 protected:
  auto load(const crypto::MasterKeys& master) {
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
  crypto::MasterKeys master_{crypto::SealingKey::generate(random_)};
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
  EXPECT_EQ(rows(), 12);
}

TEST_F(ServerSecretsTest, refuses_the_wrong_master_key_and_makes_no_new_secret) {
  ASSERT_TRUE(load(master_));
  execute("DELETE FROM server_secret WHERE purpose = 'refresh_mac'");
  const crypto::MasterKeys other(crypto::SealingKey::generate(random_));
  const auto loaded = load(other);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error(), ServerSecretError::wrong_master_key);
  EXPECT_EQ(rows(), 11);
}

// Marks of known devices, blocked addresses and open challenges were made with keys derived from the master key.
TEST_F(ServerSecretsTest, an_installation_from_before_keeps_what_was_derived_from_the_master_key) {
  ASSERT_TRUE(load(master_));
  constexpr std::string_view kRemoveNewOnes =
      "DELETE FROM server_secret WHERE purpose IN ('device_mac', 'work_mac', 'address_index', 'address_kek', "
      "'profile_kek')";
  const auto derived = [this](std::string_view purpose) {
    return crypto::derive_key(master_.current().bytes(), purpose);
  };
  execute(kRemoveNewOnes);
  const auto kept = load(master_);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->device_mac, derived("gatehouse known devices v1"));
  EXPECT_EQ(kept->work_mac, derived("gatehouse proof of work v1"));
  EXPECT_EQ(kept->address_index, derived("gatehouse address block index v1"));
  EXPECT_EQ(kept->address_kek.bytes(), derived("gatehouse address block v1"));
  EXPECT_EQ(kept->profile_kek.bytes(), derived("gatehouse profile cache v1"));
  // Also where the new program and a new master key come in one step: the key before is what they were derived from.
  execute(kRemoveNewOnes);
  const crypto::MasterKeys both(crypto::SealingKey::generate(random_),
                                crypto::SealingKey::from_bytes(master_.current().bytes()));
  const auto with_both = load(both);
  ASSERT_TRUE(with_both);
  EXPECT_EQ(with_both->device_mac, kept->device_mac);
  EXPECT_TRUE(load(master_)) << "and under that they are sealed";
}

TEST_F(ServerSecretsTest, a_first_start_derives_nothing_from_the_master_key) {
  const auto fresh = load(master_);
  ASSERT_TRUE(fresh);
  EXPECT_FALSE(fresh->device_mac == crypto::derive_key(master_.current().bytes(), "gatehouse known devices v1"));
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
