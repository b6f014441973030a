#include "identity/token/key_manager.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/object.hpp>

#include "crypto/jwt.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class KeyRing : public ::testing::Test {
 protected:
  std::unique_ptr<KeyManager> manager(KeyManagerOptions options = {}) {
    return std::make_unique<KeyManager>(database_->database(), master_, revocations_, options, clock_, random_);
  }
  std::unique_ptr<KeyManager> ready(KeyManagerOptions options = {}) {
    auto keys = manager(options);
    EXPECT_TRUE(keys->ensure());
    return keys;
  }
  // A token of the current key that lives as long as tokens may.
  std::string token(const KeyManager& keys) { return signed_by(*keys.snapshot()->current); }
  std::string signed_by(const crypto::SigningKey& key) {
    const auto now = base::to_unix_seconds(clock_.now());
    return crypto::sign_jwt(key, "at+jwt",
                            {{"iss", "i"}, {"aud", "a"}, {"sub", "s"}, {"jti", "j"}, {"iat", now}, {"exp", now + 900}});
  }
  base::Result<crypto::VerifiedToken, crypto::JwtError> verify(const KeyManager& keys, const std::string& text) {
    return crypto::verify_jwt(text, *keys.snapshot()->verification, {.issuer = "i", .audience = "a"}, clock_.now());
  }
  static std::string kid_in(const KeyManager& keys, KeyState state) {
    for (const auto& key : keys.list()) {
      if (key.state == state) return key.kid;
    }
    return {};
  }
  void execute(std::string_view sql) {
    database_->database().write_blocking([&](db::Transaction& tx) { return tx.execute(sql); });
  }

  std::unique_ptr<test::TestDatabase> database_ = test::sqlite_in_memory();
  test::FakeRandom random_;
  base::FakeClock clock_;
  crypto::MasterKeys master_{crypto::SealingKey::generate(random_)};
  RevocationStore revocations_{15min + 5s};
};

TEST_F(KeyRing, first_start_makes_a_current_and_a_next_key_and_the_second_finds_them) {
  const auto first = ready();
  ASSERT_EQ(first->list().size(), 2U);
  const auto second = ready();
  EXPECT_EQ(second->list().size(), 2U);
  EXPECT_TRUE(verify(*second, token(*first)));
}

TEST_F(KeyRing, T18_next_is_published_and_verifies_but_does_not_sign) {
  const auto keys = ready();
  const std::string next = kid_in(*keys, KeyState::next);
  EXPECT_NE(keys->snapshot()->current->kid(), next);
  EXPECT_NE(keys->snapshot()->verification->find(next), nullptr);
  EXPECT_NE(keys->snapshot()->jwks.find(next), std::string::npos);
}

TEST_F(KeyRing, T18_rotation_takes_the_key_that_was_published_before_and_refuses_no_token) {
  const auto keys = ready();
  clock_.advance(10s);
  const std::string next = kid_in(*keys, KeyState::next);
  const auto old_token = token(*keys);
  ASSERT_TRUE(keys->rotate());
  EXPECT_EQ(keys->snapshot()->current->kid(), next);
  EXPECT_EQ(keys->list().size(), 3U);
  EXPECT_TRUE(verify(*keys, old_token));
  EXPECT_TRUE(verify(*keys, token(*keys)));
}

TEST_F(KeyRing, T18_rotations_in_a_row_never_sign_with_a_key_that_a_gate_may_not_know_yet) {
  const auto keys = ready();
  clock_.advance(10s);
  ASSERT_TRUE(keys->rotate());
  const std::string known = keys->snapshot()->current->kid();
  ASSERT_TRUE(keys->rotate());  // its successor was made a moment ago
  const std::string young = kid_in(*keys, KeyState::current);
  EXPECT_NE(young, known);
  EXPECT_EQ(keys->snapshot()->current->kid(), known);
  EXPECT_TRUE(verify(*keys, token(*keys)));
  clock_.advance(9s);
  EXPECT_FALSE(*keys->reload());
  clock_.advance(1s);
  EXPECT_TRUE(*keys->reload());
  EXPECT_EQ(keys->snapshot()->current->kid(), young);
}

TEST_F(KeyRing, T18_a_revoked_key_never_signs_again_however_young_the_next_is) {
  const auto keys = ready();
  const std::string revoked = keys->snapshot()->current->kid();
  ASSERT_TRUE(keys->revoke(revoked));
  EXPECT_NE(keys->snapshot()->current->kid(), revoked);
  ASSERT_TRUE(keys->revoke(keys->snapshot()->current->kid()));
  EXPECT_EQ(keys->snapshot()->current->kid(), kid_in(*keys, KeyState::current));
}

TEST_F(KeyRing, T18_previous_key_is_accepted_only_until_its_last_token_has_expired) {
  const auto keys = ready();
  const auto stolen = keys->snapshot()->current;  // its thief can sign whatever expiry they like
  ASSERT_TRUE(keys->rotate());
  clock_.advance(15min);
  ASSERT_TRUE(keys->maintain());
  EXPECT_TRUE(verify(*keys, signed_by(*stolen)));  // a token of it may still be about
  clock_.advance(5s + RevocationStore::kSkewMargin);
  EXPECT_TRUE(*keys->maintain());
  EXPECT_EQ(verify(*keys, signed_by(*stolen)).error(), crypto::JwtError::unknown_key);
  EXPECT_EQ(keys->list().size(), 2U);
}

TEST_F(KeyRing, T18_revoked_key_is_refused_at_once_and_the_next_one_signs) {
  const auto keys = ready();
  const auto old_token = token(*keys);
  const std::string next = kid_in(*keys, KeyState::next);
  const std::string revoked = keys->snapshot()->current->kid();
  const auto row = keys->revoke(revoked);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->kind, contract::Revocation::Kind::key);
  EXPECT_EQ(row->key, revoked);
  EXPECT_GT(row->seq, 0);
  EXPECT_EQ(verify(*keys, old_token).error(), crypto::JwtError::unknown_key);
  EXPECT_EQ(keys->snapshot()->current->kid(), next);
  EXPECT_EQ(keys->snapshot()->jwks.find(revoked), std::string::npos);
  EXPECT_TRUE(verify(*keys, token(*keys)));
  EXPECT_FALSE(kid_in(*keys, KeyState::next).empty());
}

TEST_F(KeyRing, T18_revocation_of_a_key_stands_in_the_log_until_its_last_token_has_expired) {
  const auto keys = ready();
  ASSERT_TRUE(keys->revoke(kid_in(*keys, KeyState::next)));
  const auto logged = database_->database().read_blocking(
      [&](db::Transaction& tx) { return revocations_.live_since(tx, 0, clock_.now() + 15min + 5s); });
  ASSERT_EQ(logged.size(), 1U);
  EXPECT_EQ(logged[0].kind, contract::Revocation::Kind::key);
}

TEST_F(KeyRing, revoking_twice_or_what_is_not_there_says_so) {
  const auto keys = ready();
  const std::string kid = kid_in(*keys, KeyState::next);
  ASSERT_TRUE(keys->revoke(kid));
  EXPECT_EQ(keys->revoke(kid).error(), KeyRingError::already_revoked);
  EXPECT_EQ(keys->revoke("nothing").error(), KeyRingError::unknown_kid);
}

TEST_F(KeyRing, rotates_by_itself_at_the_age_of_90_days_and_not_before) {
  const auto keys = ready();
  const std::string first = keys->snapshot()->current->kid();
  clock_.advance(24h * 90 - 1s);
  EXPECT_FALSE(*keys->maintain());
  EXPECT_EQ(keys->snapshot()->current->kid(), first);
  clock_.advance(1s);
  EXPECT_TRUE(*keys->maintain());
  EXPECT_NE(keys->snapshot()->current->kid(), first);
  EXPECT_FALSE(*keys->maintain());
}

TEST_F(KeyRing, another_algorithm_in_the_configuration_brings_a_new_current_key_and_the_old_one_verifies_on) {
  const auto before = ready();
  const auto old_token = token(*before);
  for (const auto algorithm : {crypto::Algorithm::eddsa, crypto::Algorithm::hs256, crypto::Algorithm::es256}) {
    const auto after = ready({.algorithm = algorithm});
    EXPECT_TRUE(verify(*after, token(*after))) << "while the new key settles";
    clock_.advance(10s);
    EXPECT_TRUE(*after->reload());
    EXPECT_EQ(after->snapshot()->current->algorithm(), algorithm);
    EXPECT_TRUE(verify(*after, old_token));
    EXPECT_TRUE(verify(*after, token(*after)));
  }
}

TEST_F(KeyRing, T17_shared_secret_is_not_published) {
  const auto keys = ready({.algorithm = crypto::Algorithm::hs256});
  EXPECT_EQ(keys->snapshot()->jwks, R"({"keys":[]})");
  for (const auto& key : keys->list()) EXPECT_EQ(key.public_jwk, "");
}

TEST_F(KeyRing, refuses_the_wrong_master_key_and_makes_no_new_key) {
  ASSERT_TRUE(ready());
  execute("DELETE FROM signing_key WHERE state = 'next'");
  const crypto::MasterKeys other(crypto::SealingKey::generate(random_));
  KeyManager keys(database_->database(), other, revocations_, {}, clock_, random_);
  EXPECT_EQ(keys.ensure().error(), KeyRingError::wrong_master_key);
  EXPECT_EQ(keys.list().size(), 1U);
}

TEST_F(KeyRing, refuses_a_key_that_somebody_without_the_master_key_has_written_into_the_database) {
  ASSERT_TRUE(ready());
  execute("UPDATE signing_key SET kid = 'mallory' WHERE state = 'next'");
  EXPECT_EQ(manager()->ensure().error(), KeyRingError::wrong_master_key);
}

TEST_F(KeyRing, takes_over_what_another_process_changed) {
  const auto mine = ready();
  const auto theirs = ready();
  ASSERT_TRUE(theirs->rotate());
  EXPECT_TRUE(*mine->reload());
  EXPECT_EQ(mine->snapshot()->current->kid(), theirs->snapshot()->current->kid());
  EXPECT_FALSE(*mine->reload());
}

TEST_F(KeyRing, private_keys_stand_in_the_database_only_sealed) {
  const auto keys = ready({.algorithm = crypto::Algorithm::eddsa});
  const auto seed = keys->snapshot()->current->private_bytes();
  for (const auto& key : keys->list()) {
    EXPECT_EQ(key.private_sealed.find(seed.expose()), std::string::npos);
    EXPECT_EQ(key.public_jwk.find("\"d\""), std::string::npos);
  }
}

}  // namespace
}  // namespace gatehouse::identity
