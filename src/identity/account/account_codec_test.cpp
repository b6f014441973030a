#include "identity/account/account_codec.hpp"

#include <gtest/gtest.h>

#include <string>

#include "platform/base/random.hpp"

namespace gatehouse::identity {
namespace {

AccountWithProfile some_record() {
  base::SystemClock clock;
  base::SystemRandom random;
  return {{.id = contract::AccountId(base::Uuid::v7(clock, random)),
           .username = "alice",
           .data_key_seed = random.bytes(16),
           .password_hash = "$argon2id$secret",
           .state = AccountState::disabled,
           .roles = {"admin", "member"},
           .epoch = 7},
          random.bytes(120),
          base::from_unix_ms(1'700'000'000'123)};
}

TEST(AccountCodec, gives_back_everything_but_the_hash) {
  const auto record = some_record();
  const auto bytes = encode_account(record);
  EXPECT_EQ(bytes.find("argon2id"), std::string::npos);
  const auto decoded = decode_account(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->id, record.id);
  EXPECT_EQ(decoded->username, record.username);
  EXPECT_EQ(decoded->data_key_seed, record.data_key_seed);
  EXPECT_EQ(decoded->profile_sealed, record.profile_sealed);
  EXPECT_EQ(decoded->password_hash, "");
  EXPECT_EQ(decoded->state, AccountState::disabled);
  EXPECT_EQ(decoded->roles, record.roles);
  EXPECT_EQ(decoded->epoch, 7);
  EXPECT_EQ(decoded->created_at, record.created_at);
}

TEST(AccountCodec, refuses_bytes_that_are_cut_longer_or_of_another_version) {
  const auto bytes = encode_account(some_record());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_account(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode_account(bytes + "x"));
  auto other = bytes;
  other[0] = 1;
  EXPECT_FALSE(decode_account(other));
  auto huge = bytes;
  huge[1] = '\xff';  // a field of 2^63 bytes
  EXPECT_FALSE(decode_account(huge));
}

}  // namespace
}  // namespace gatehouse::identity
