// What InviteStore promises on every database (identity/recovery/invite_store.hpp).
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "identity/recovery/invite_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using contract::AccountId;
using db::Transaction;
using std::chrono::hours;

class InviteStoreConformance : public test::OnEveryDatabase {
 protected:
  InviteRecord invite(const std::string& index) {
    clock_.advance(std::chrono::milliseconds(1));
    return {.id = AccountId(base::Uuid::v7(clock_, random_)),
            .email_index = index,
            .data_key_seed = std::string("seed\0bytes", 10),
            .profile_sealed = "profile",
            .roles = {"auditor", "member"},
            .invited_by = AccountId(base::Uuid::random(random_)),
            .created_at = clock_.now(),
            .expires_at = clock_.now() + hours(1)};
  }
  bool insert(const InviteRecord& record) {
    return write([&](Transaction& tx) { return store_.insert(tx, record).has_value(); });
  }
  std::optional<InviteRecord> find(AccountId id) {
    return database().read_blocking([&](Transaction& tx) { return store_.find_open(tx, id, clock_.now()); });
  }
  base::FakeClock clock_;
  test::FakeRandom random_;
  InviteStore store_;
};
GATEHOUSE_ON_EVERY_DATABASE(InviteStoreConformance);

TEST_P(InviteStoreConformance, gives_back_what_was_inserted_until_it_expires) {
  const auto record = invite("index");
  ASSERT_TRUE(insert(record));
  const auto found = find(record.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->email_index, "index");
  EXPECT_EQ(found->data_key_seed, record.data_key_seed);
  EXPECT_EQ(found->roles, record.roles);
  EXPECT_EQ(found->invited_by, record.invited_by);
  EXPECT_EQ(found->expires_at, record.expires_at);
  clock_.advance(hours(1));
  EXPECT_FALSE(find(record.id));
}

TEST_P(InviteStoreConformance, an_address_has_one_open_invite_and_an_expired_one_makes_room) {
  const auto first = invite("index");
  EXPECT_TRUE(insert(first));
  EXPECT_FALSE(insert(invite("index")));
  clock_.advance(hours(1));
  EXPECT_TRUE(insert(invite("index")));
}

TEST_P(InviteStoreConformance, of_parallel_invites_to_one_address_one_is_made) {
  std::vector<InviteRecord> records;
  for (int i = 0; i < 16; ++i) records.push_back(invite("index"));
  EXPECT_EQ(winners(16, [&](int i) { return insert(records[static_cast<std::size_t>(i)]); }), 1);
}

TEST_P(InviteStoreConformance, X03_of_all_who_remove_one_gets_it) {
  const auto record = invite("index");
  ASSERT_TRUE(insert(record));
  EXPECT_EQ(winners(16, [&](int) { return write([&](Transaction& tx) { return store_.remove(tx, record.id); }); }), 1);
}

TEST_P(InviteStoreConformance, pages_and_sweeps_in_steps) {
  std::vector<AccountId> made;
  for (const char* index : {"a", "b", "c"}) {
    const auto record = invite(index);
    ASSERT_TRUE(insert(record));
    made.push_back(record.id);
  }
  const auto page =
      database().read_blocking([&](Transaction& tx) { return store_.page(tx, made[0], 5, clock_.now()); });
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].id, made[1]);
  EXPECT_EQ(page[1].id, made[2]);
  const auto sweep = [&] { return write([&](Transaction& tx) { return store_.sweep(tx, clock_.now(), 2); }); };
  EXPECT_EQ(sweep(), 0U);
  clock_.advance(hours(1));
  EXPECT_EQ(sweep(), 2U);
  EXPECT_EQ(sweep(), 1U);
}

}  // namespace
}  // namespace gatehouse::identity
