#include "identity/token/master_key_change.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "crypto/jwt.hpp"
#include "identity/token/key_manager.hpp"
#include "identity/token/server_secrets.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using crypto::MasterKeys;
using crypto::SealingKey;

SealingKey key_of(char c) { return *SealingKey::from_bytes(base::Secret(std::string(32, c))); }

// Dies in the middle of the work.
class FailingRandom final : public base::Random {
 public:
  explicit FailingRandom(int after) : left_(after) {}
  void fill(void* out, std::size_t size) override {
    if (left_-- <= 0) throw std::runtime_error("the process is gone");
    random_.fill(out, size);
  }

 private:
  int left_;
  test::FakeRandom random_;
};

// Three kinds of processes: which know only the key before, both, and only the new one.
class MasterKeyChangeConformance : public test::OnEveryDatabase {
 protected:
  base::Result<ServerSecrets, ServerSecretError> secrets(const MasterKeys& keys) {
    return load_or_create_server_secrets(database(), keys, random_, clock_);
  }
  std::unique_ptr<KeyManager> node(const MasterKeys& keys) {
    return std::make_unique<KeyManager>(database(), keys, revocations_, KeyManagerOptions(), clock_, random_);
  }
  std::unique_ptr<KeyManager> ready(const MasterKeys& keys) {
    auto made = node(keys);
    EXPECT_TRUE(made->ensure());
    return made;
  }
  auto replace() { return replace_master_key(database(), both_, {.is_operator = true}, random_, clock_); }
  SealedRows count(const MasterKeys& keys) {
    return database().read_blocking([&](db::Transaction& tx) { return count_sealed(tx, keys); });
  }
  std::int64_t events() {
    return database().read_blocking([](db::Transaction& tx) {
      return *tx.query_one("SELECT COUNT(*) FROM audit_event WHERE type = 'master_key.replaced'", {},
                           [](const db::Row& row) { return row.integer(0); });
    });
  }
  void execute(std::string_view sql) {
    database().write_blocking([&](db::Transaction& tx) { return tx.execute(sql); });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  RevocationStore revocations_{15min};
  const MasterKeys before_{key_of('b')};
  const MasterKeys both_{key_of('n'), key_of('b')};
  const MasterKeys new_{key_of('n')};
};
GATEHOUSE_ON_EVERY_DATABASE(MasterKeyChangeConformance);

TEST_P(MasterKeyChangeConformance, afterwards_the_new_key_alone_opens_everything_and_nothing_is_another) {
  const auto known = secrets(before_);
  const auto old_node = ready(before_);
  const auto jwks = old_node->snapshot()->jwks;
  const auto now = base::to_unix_seconds(clock_.now());
  const auto token =
      crypto::sign_jwt(*old_node->snapshot()->current, "at+jwt",
                       {{"iss", "i"}, {"aud", "a"}, {"sub", "s"}, {"jti", "j"}, {"iat", now}, {"exp", now + 900}});
  EXPECT_FALSE(secrets(new_)) << "not before";
  ASSERT_EQ(*replace(), 14U);
  const auto rows = count(new_);
  EXPECT_EQ(rows.current, 14U);
  EXPECT_EQ(rows.neither, 0U);
  EXPECT_FALSE(secrets(before_)) << "the key before opens nothing any more";
  const auto found = secrets(new_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->refresh_mac, known->refresh_mac) << "refresh tokens from before stay good";
  EXPECT_EQ(found->one_time_mac, known->one_time_mac) << "mailed links, too";
  EXPECT_EQ(found->account_kek, known->account_kek) << "and what is sealed of every account opens";
  EXPECT_EQ(found->blind_index, known->blind_index);
  EXPECT_EQ(found->endpoint_kek.bytes(), known->endpoint_kek.bytes());
  EXPECT_EQ(found->audit_seal, known->audit_seal);
  EXPECT_EQ(found->ticket_mac, known->ticket_mac);
  EXPECT_EQ(found->device_mac, known->device_mac);
  EXPECT_EQ(found->work_mac, known->work_mac);
  EXPECT_EQ(found->address_index, known->address_index);
  EXPECT_EQ(found->address_kek.bytes(), known->address_kek.bytes());
  EXPECT_EQ(found->profile_kek.bytes(), known->profile_kek.bytes());
  const auto new_node = ready(new_);
  EXPECT_EQ(new_node->snapshot()->jwks, jwks);
  EXPECT_TRUE(
      crypto::verify_jwt(token, *new_node->snapshot()->verification, {.issuer = "i", .audience = "a"}, clock_.now()));
}

TEST_P(MasterKeyChangeConformance, is_recorded_once_and_called_again_changes_nothing) {
  ASSERT_TRUE(secrets(before_));
  EXPECT_EQ(*replace(), 12U);
  EXPECT_EQ(*replace(), 0U);
  EXPECT_EQ(events(), 1);
}

TEST_P(MasterKeyChangeConformance, one_that_is_killed_half_way_has_changed_nothing_and_the_next_does_it_all) {
  ASSERT_TRUE(secrets(before_));
  (void)ready(before_);
  for (const int after : {0, 1, 7, 13}) {
    FailingRandom dying(after);
    EXPECT_THROW((void)replace_master_key(database(), both_, {}, dying, clock_), std::runtime_error);
    const auto rows = count(both_);
    EXPECT_EQ(rows.current, 0U) << after;
    EXPECT_EQ(rows.previous, 14U) << after;
  }
  EXPECT_EQ(events(), 0);
  EXPECT_TRUE(ready(before_)) << "who knows only the key before serves on";
  EXPECT_EQ(*replace(), 14U);
  EXPECT_EQ(count(new_).current, 14U);
}

TEST_P(MasterKeyChangeConformance, a_value_that_opens_under_neither_key_leaves_everything_as_it_is) {
  ASSERT_TRUE(secrets(before_));
  (void)ready(before_);
  execute("UPDATE signing_key SET kid = 'mallory' WHERE state = 'next'");
  const auto refused = replace();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), MasterKeyChangeError::sealed_under_another);
  const auto rows = count(both_);
  EXPECT_EQ(rows.current, 0U);
  EXPECT_EQ(rows.previous, 13U);
  EXPECT_EQ(rows.neither, 1U);
  EXPECT_EQ(events(), 0);
}

TEST_P(MasterKeyChangeConformance, without_the_previous_key_the_new_one_opens_nothing_and_makes_nothing) {
  ASSERT_TRUE(secrets(before_));
  execute("DELETE FROM server_secret WHERE purpose = 'refresh_mac'");
  EXPECT_EQ(secrets(new_).error(), ServerSecretError::wrong_master_key);
  const auto rows = count(before_);
  EXPECT_EQ(rows.current, 11U);
  EXPECT_EQ(rows.neither, 0U);
}

TEST_P(MasterKeyChangeConformance, until_then_a_process_that_knows_both_seals_what_one_with_the_key_before_opens) {
  ASSERT_TRUE(secrets(before_));
  const auto not_restarted_yet = ready(before_);
  execute("DELETE FROM server_secret WHERE purpose = 'refresh_mac'");
  ASSERT_TRUE(secrets(both_));
  const auto restarted = ready(both_);
  ASSERT_TRUE(restarted->rotate());
  EXPECT_TRUE(*not_restarted_yet->reload());
  EXPECT_TRUE(secrets(before_));
  EXPECT_EQ(count(both_).current, 0U);
}

TEST_P(MasterKeyChangeConformance, afterwards_a_process_with_the_key_before_seals_nothing_that_others_could_not_open) {
  ASSERT_TRUE(secrets(before_));
  const auto forgotten = ready(before_);
  ASSERT_TRUE(replace());
  EXPECT_EQ(forgotten->rotate().error(), KeyRingError::wrong_master_key);
  EXPECT_EQ(forgotten->revoke(forgotten->snapshot()->current->kid()).error(), KeyRingError::wrong_master_key);
  clock_.advance(24h * 90);
  EXPECT_EQ(forgotten->maintain().error(), KeyRingError::wrong_master_key);
  EXPECT_EQ(count(new_).neither, 0U);
  EXPECT_TRUE(ready(new_)->rotate());
}

TEST_P(MasterKeyChangeConformance, keys_that_others_make_meanwhile_are_not_left_under_the_one_before) {
  ASSERT_TRUE(secrets(before_));
  std::vector<std::unique_ptr<KeyManager>> nodes;
  for (int i = 0; i < 3; ++i) nodes.push_back(ready(both_));
  std::vector<std::thread> threads;
  for (auto& node : nodes) {
    threads.emplace_back([&node] {
      for (int i = 0; i < 4; ++i) EXPECT_TRUE(node->rotate());
    });
  }
  threads.emplace_back([this] { EXPECT_TRUE(replace()); });
  for (auto& thread : threads) thread.join();
  const auto rows = count(new_);
  EXPECT_EQ(rows.neither, 0U);
  EXPECT_GE(rows.current, 12U + 3U);
  EXPECT_TRUE(ready(new_));
}

TEST_P(MasterKeyChangeConformance, of_several_at_once_one_does_it) {
  ASSERT_TRUE(secrets(before_));
  std::atomic<std::size_t> sealed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { sealed += *replace(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sealed, 12U);
  EXPECT_EQ(events(), 1);
}

}  // namespace
}  // namespace gatehouse::identity
