#include "crypto/signing_key.hpp"
#include "feed/follower_test.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::FollowerTest;

class FollowerKeysTest : public FollowerTest {
 protected:
  crypto::SigningKey next_key() { return crypto::SigningKey::generate(crypto::Algorithm::eddsa, random); }
  static crypto::KeySet set_of(std::initializer_list<const crypto::SigningKey*> keys) {
    std::vector<crypto::VerificationKey> all;
    for (const auto* key : keys) all.push_back(key->verification_key());
    return *crypto::KeySet::from_keys(std::move(all));
  }
  const crypto::SigningKey first = next_key();
  const crypto::SigningKey second = next_key();
  const crypto::SigningKey third = next_key();
};

TEST_F(FollowerKeysTest, T18_keys_come_with_the_first_answer_and_with_each_rotation) {
  a->journal().set_bundle(set_of({&first, &second}), {});
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  ASSERT_TRUE(gates.keys);
  EXPECT_NE(gates.keys->find(first.kid()), nullptr);
  const auto before = gates.keys;
  ASSERT_TRUE(exchange(0));
  EXPECT_EQ(gates.keys, before) << "not sent again";
  clock.advance(hours(1));  // away meanwhile
  node_clock.advance(hours(1));
  a->journal().set_bundle(set_of({&second, &third}), {});
  confirm(*a);
  ASSERT_TRUE(exchange(0));
  EXPECT_EQ(gates.keys->find(first.kid()), nullptr);
  EXPECT_NE(gates.keys->find(third.kid()), nullptr);
}

// A node that has lost its database does not know that a key was revoked.
TEST_F(FollowerKeysTest, T18_a_node_that_lost_its_database_brings_no_revoked_key_back) {
  a->journal().set_bundle(set_of({&first, &second}), {});
  b->journal().set_bundle(set_of({&first, &second}), {});
  confirm(*a);
  confirm(*b);
  ASSERT_TRUE(exchange(0) && exchange(1));
  node_clock.advance(seconds(1));
  clock.advance(seconds(1));
  a->journal().set_bundle(set_of({&second, &third}), {});
  confirm(*a);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(exchange(0) && exchange(1));
    ASSERT_EQ(gates.keys->find(first.kid()), nullptr);
    ASSERT_NE(gates.keys->find(third.kid()), nullptr);
  }
  b.emplace(cluster, node_clock, 50);  // and started anew, still without a word from the database
  b->journal().set_bundle(set_of({&first, &second}), {});
  ASSERT_TRUE(exchange(1));
  EXPECT_EQ(gates.keys->find(first.kid()), nullptr);
}

TEST_F(FollowerKeysTest, roles_come_with_each_change_and_never_from_a_node_that_lost_its_database) {
  const auto role = [](const char* permission) {
    return contract::RolePermissions{{"clerk", {*contract::Permission::parse(permission)}}};
  };
  a->journal().set_bundle(set_of({&first}), role("desk:open"));
  b->journal().set_bundle(set_of({&first}), role("desk:open"));
  confirm(*a);
  confirm(*b);
  ASSERT_TRUE(exchange(0) && exchange(1));
  EXPECT_EQ(*gates.roles, role("desk:open"));
  node_clock.advance(seconds(1));
  clock.advance(seconds(1));
  a->journal().set_bundle(set_of({&first}), role("desk:clean"));
  confirm(*a);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(exchange(0) && exchange(1));
    EXPECT_EQ(*gates.roles, role("desk:clean"));
  }
}

TEST_F(FollowerKeysTest, T18_the_stream_tells_that_keys_have_changed) {
  a->journal().set_bundle(set_of({&first}), {});
  hear_all(0);
  follower->streamed(a->stream());
  EXPECT_TRUE(woken.empty());
  a->journal().set_bundle(set_of({&second}), {});
  follower->streamed(a->stream());
  EXPECT_EQ(woken, std::vector<std::size_t>{0});
}

TEST_F(FollowerKeysTest, an_answer_with_keys_that_cannot_be_read_is_refused_whole) {
  a->journal().append({test::ended(1)});
  confirm(*a);
  const Ask ask = follower->ask(0);
  Message message = a->answer_to(ask);
  message.bundle = "[{}]";
  EXPECT_FALSE(follower->answered(0, write_message(message, cluster)));
  EXPECT_FALSE(age());
  EXPECT_EQ(follower->ask(0).after, 0U);
}

}  // namespace
}  // namespace gatehouse::feed
