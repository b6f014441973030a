// What AccountStore promises on every database (identity/account/account_store.hpp).
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "identity/account/account_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/base/uuid.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using contract::AccountId;
using db::Transaction;

class AccountStoreConformance : public test::OnEveryDatabase {
 protected:
  NewAccount account(const std::string& name) {
    clock_.advance(std::chrono::milliseconds(1));
    return {.id = AccountId(base::Uuid::v7(clock_, random_)),
            .username = name,
            .username_skeleton = "skeleton of " + name,
            .email_index = "index of " + name,
            .data_key_seed = std::string("sixteen\0bytes !!", 16),
            .profile_sealed = "profile",
            .password_hash = "hash of " + name,
            .roles = {"member"},
            .created_at = clock_.now()};
  }
  AccountId insert(const std::string& name) { return insert(account(name)); }
  AccountId insert(const NewAccount& row) {
    EXPECT_TRUE(write([&](Transaction& tx) { return store_.insert(tx, row).has_value(); }));
    return row.id;
  }
  AccountRecord load(AccountId id) {
    return read([&](Transaction& tx) { return store_.find(tx, id); }).value();
  }
  AccountWithProfile load_with_profile(AccountId id) {
    return read([&](Transaction& tx) { return store_.find_with_profile(tx, id); }).value();
  }
  std::vector<std::string> names(const AccountFilter& filter) {
    std::vector<std::string> out;
    for (const auto& record : read([&](Transaction& tx) { return store_.page(tx, filter); })) {
      out.push_back(record.username);
    }
    return out;
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  AccountStore store_;
};
GATEHOUSE_ON_EVERY_DATABASE(AccountStoreConformance);

TEST_P(AccountStoreConformance, names_are_told_of_those_that_there_are) {
  std::vector<AccountId> asked;
  for (int i = 0; i < 19; ++i) {  // more than one question holds
    asked.push_back(insert("name" + std::to_string(i)));
    asked.push_back(account("nobody").id);
  }
  insert("not asked for");
  const auto found = read([&](Transaction& tx) { return store_.names(tx, asked); });
  ASSERT_EQ(found.size(), 19U);
  for (const auto& [id, username] : found) EXPECT_EQ(load(id).username, username);
  EXPECT_TRUE(read([&](Transaction& tx) { return store_.names(tx, {}); }).empty());
}

TEST_P(AccountStoreConformance, a_damaged_row_is_the_trouble_of_its_owner_alone) {
  insert("bob");
  write([&](Transaction& tx) { return tx.execute("UPDATE account SET password_hash = $1", {db::Blob{"?"}}); });
  EXPECT_FALSE(read([&](Transaction& tx) { return store_.find_by_username(tx, "alice"); }));
  EXPECT_FALSE(read([&](Transaction& tx) { return store_.find_by_email_index(tx, "index of alice"); }));
  EXPECT_THROW((void)read([&](Transaction& tx) { return store_.find_by_username(tx, "bob"); }), base::Unavailable);
  EXPECT_THROW((void)read([&](Transaction& tx) { return store_.find_by_email_index(tx, "index of bob"); }),
               base::Unavailable);
}

TEST_P(AccountStoreConformance, finds_an_account_by_id_username_and_email_index) {
  const auto row = account("alice");
  insert(row);
  insert("bob");
  const auto found = load(row.id);
  EXPECT_EQ(found.username, "alice");
  EXPECT_EQ(found.data_key_seed, row.data_key_seed);
  EXPECT_EQ(found.password_hash, row.password_hash);
  EXPECT_EQ(found.state, AccountState::active);
  EXPECT_EQ(found.epoch, 1);
  const auto whole = load_with_profile(row.id);
  EXPECT_EQ(whole.username, "alice");
  EXPECT_EQ(whole.password_hash, row.password_hash);
  EXPECT_EQ(whole.profile_sealed, row.profile_sealed);
  EXPECT_EQ(whole.created_at, row.created_at);
  const auto by_name = read([&](Transaction& tx) { return store_.find_by_username(tx, "alice"); });
  const auto by_email = read([&](Transaction& tx) { return store_.find_by_email_index(tx, "index of alice"); });
  ASSERT_TRUE(by_name && by_email);
  EXPECT_EQ(by_name->id, row.id);
  EXPECT_EQ(by_email->id, row.id);
  EXPECT_FALSE(read([&](Transaction& tx) { return store_.find_by_username(tx, "Alice"); }));
  // What is read in their place is thrown away.
  for (const char* other : {"", "alicd", "alic", "alice0", "zoe"}) {
    EXPECT_FALSE(read([&](Transaction& tx) { return store_.find_by_username(tx, other); })) << other;
    EXPECT_FALSE(read([&](Transaction& tx) { return store_.find_by_email_index(tx, other); })) << other;
  }
  const AccountId nobody(base::Uuid::random(random_));
  EXPECT_FALSE(read([&](Transaction& tx) { return store_.find(tx, nobody); }));
  EXPECT_FALSE(read([&](Transaction& tx) { return store_.find_with_profile(tx, nobody); }));
}

// U01: a name, one that looks like it and an address belong to one account each.
TEST_P(AccountStoreConformance, U01_refuses_a_second_username_skeleton_or_email) {
  insert("alice");
  auto same_name = account("alice");
  same_name.username_skeleton = "other";
  same_name.email_index = "other";
  auto lookalike = account("аlice");
  lookalike.username_skeleton = "skeleton of alice";
  auto same_email = account("carol");
  same_email.email_index = "index of alice";
  for (const auto& row : {same_name, lookalike, same_email}) {
    const auto result = write([&](Transaction& tx) { return store_.insert(tx, row); });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), StoreError::taken);
    EXPECT_FALSE(read([&](Transaction& tx) { return store_.find(tx, row.id); }));
  }
}

// U01: a name that is its own skeleton is kept once; it is taken for all that look like it, whoever came first.
TEST_P(AccountStoreConformance, U01_a_name_is_taken_for_its_lookalikes_and_the_other_way_round) {
  const auto try_insert = [&](const std::string& name, const std::string& skeleton) {
    auto row = account(name);
    row.username_skeleton = skeleton;
    return write([&](Transaction& tx) { return store_.insert(tx, row).has_value(); });
  };
  EXPECT_TRUE(try_insert("alice", "alice"));
  EXPECT_FALSE(try_insert("аlice", "alice"));
  EXPECT_TRUE(try_insert("tοm", "torn"));
  EXPECT_FALSE(try_insert("torn", "torn"));
  EXPECT_FALSE(try_insert("tom", "torn"));
  const auto bob = insert("bob");
  const auto rename = [&](const std::string& name, const std::string& skeleton) {
    return write([&](Transaction& tx) {
      return store_.change_names(tx, bob, {.username = name, .username_skeleton = skeleton, .profile_sealed = "p"},
                                 clock_.now());
    });
  };
  EXPECT_EQ(rename("аlice", "alice").error(), StoreError::taken);
  EXPECT_EQ(rename("torn", "torn").error(), StoreError::taken);
  EXPECT_TRUE(rename("robert", "robert"));
  EXPECT_FALSE(try_insert("rоbert", "robert"));
  EXPECT_TRUE(rename("rоbert", "robert"));
  EXPECT_FALSE(try_insert("robert", "robert"));
}

// U01: parallel registrations of one name leave one account.
TEST_P(AccountStoreConformance, U01_of_parallel_inserts_of_one_name_one_wins) {
  constexpr int kRacers = 16;
  std::vector<NewAccount> rows;
  for (int i = 0; i < kRacers; ++i) {
    rows.push_back(account("racer"));
    rows.back().email_index = "index " + std::to_string(i);
  }
  const auto insert_one = [&](int i) {
    return write([&](Transaction& tx) { return store_.insert(tx, rows[static_cast<std::size_t>(i)]).has_value(); });
  };
  EXPECT_EQ(winners(kRacers, insert_one), 1);
  EXPECT_EQ(names({.limit = 100}), std::vector<std::string>{"racer"});
}

TEST_P(AccountStoreConformance, replaces_a_password_hash_only_while_it_is_the_expected_one) {
  const auto id = insert("alice");
  const auto replace = [&](const char* expected, const char* replacement) {
    return write(
        [&](Transaction& tx) { return store_.replace_password_hash(tx, id, expected, replacement, clock_.now()); });
  };
  EXPECT_FALSE(replace("a guess", "attacker's"));
  EXPECT_EQ(load(id).password_hash, "hash of alice");
  EXPECT_TRUE(replace("hash of alice", "second"));
  EXPECT_FALSE(replace("hash of alice", "third"));
  EXPECT_EQ(load(id).password_hash, "second");
}

TEST_P(AccountStoreConformance, of_parallel_password_changes_one_wins) {
  const auto id = insert("alice");
  const auto replace = [&](int i) {
    const std::string replacement = "new " + std::to_string(i);
    return write([&](Transaction& tx) {
      return store_.replace_password_hash(tx, id, "hash of alice", replacement, clock_.now());
    });
  };
  EXPECT_EQ(winners(16, replace), 1);
}

TEST_P(AccountStoreConformance, every_change_of_state_or_roles_grows_the_epoch) {
  const auto id = insert("alice");
  const auto disabled = write([&](Transaction& tx) { return store_.set_state(tx, id, AccountState::disabled, {}); });
  EXPECT_EQ(disabled, 2);
  EXPECT_EQ(load(id).state, AccountState::disabled);
  const auto with_roles = write([&](Transaction& tx) {
    return store_.set_roles(tx, id, {"member", "admin", "member"}, clock_.now());
  });
  EXPECT_EQ(with_roles, 3);
  EXPECT_EQ(load(id).epoch, 3);
  const std::vector<std::string> sorted{"admin", "member"};
  EXPECT_EQ(load(id).roles, sorted);
  const auto none = write([&](Transaction& tx) { return store_.set_roles(tx, id, {}, clock_.now()); });
  EXPECT_EQ(none, 4);
  EXPECT_TRUE(load(id).roles.empty());
  const AccountId nobody(base::Uuid::random(random_));
  EXPECT_FALSE(write([&](Transaction& tx) { return store_.set_roles(tx, nobody, {"admin"}, clock_.now()); }));
  EXPECT_FALSE(write([&](Transaction& tx) { return store_.set_state(tx, nobody, AccountState::active, {}); }));
}

TEST_P(AccountStoreConformance, parallel_changes_of_roles_never_share_an_epoch) {
  const auto id = insert("alice");
  std::vector<std::int64_t> epochs(16);
  std::vector<std::thread> threads;
  for (auto& epoch : epochs) {
    threads.emplace_back([&] {
      epoch = write([&](Transaction& tx) { return store_.set_roles(tx, id, {"member"}, clock_.now()); }).value();
    });
  }
  for (auto& thread : threads) thread.join();
  std::sort(epochs.begin(), epochs.end());
  EXPECT_EQ(std::adjacent_find(epochs.begin(), epochs.end()), epochs.end());
  EXPECT_EQ(load(id).epoch, 17);
}

TEST_P(AccountStoreConformance, changes_only_the_names_that_are_given) {
  const auto id = insert("alice");
  insert("bob");
  const auto change = [&](const NameChange& names) {
    return write([&](Transaction& tx) { return store_.change_names(tx, id, names, clock_.now()); });
  };
  EXPECT_TRUE(change({.profile_sealed = "second profile"}));
  EXPECT_EQ(load(id).username, "alice");
  EXPECT_EQ(load_with_profile(id).profile_sealed, "second profile");
  EXPECT_EQ(change({.username = "bob", .username_skeleton = "x", .profile_sealed = "p"}).error(), StoreError::taken);
  EXPECT_EQ(change({.email_index = "index of bob", .profile_sealed = "p"}).error(), StoreError::taken);
  EXPECT_EQ(load_with_profile(id).profile_sealed, "second profile");
  EXPECT_TRUE(change({.username = "alicia", .username_skeleton = "alicia", .profile_sealed = "p"}));
  EXPECT_EQ(load(id).username, "alicia");
  const AccountId nobody(base::Uuid::random(random_));
  const auto missing =
      write([&](Transaction& tx) { return store_.change_names(tx, nobody, {.profile_sealed = "p"}, clock_.now()); });
  EXPECT_EQ(missing.error(), StoreError::missing);
}

TEST_P(AccountStoreConformance, pages_in_the_order_of_creation_or_by_prefix_in_that_of_names) {
  std::vector<AccountId> ids;
  for (const char* name : {"anna", "bob", "ann", "a%b", "annöl"}) ids.push_back(insert(name));
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({.limit = 2}), (Names{"anna", "bob"}));
  EXPECT_EQ(names({.after = ids[1], .limit = 2}), (Names{"ann", "a%b"}));
  EXPECT_EQ(names({.after = ids[4], .limit = 2}), Names{});
  EXPECT_EQ(names({.username_prefix = "ann", .limit = 10}), (Names{"ann", "anna", "annöl"}));
  EXPECT_EQ(names({.after = ids[2], .username_prefix = "ann", .limit = 1}), Names{"anna"});
  EXPECT_EQ(names({.after = ids[0], .username_prefix = "ann", .limit = 1}), Names{"annöl"});
  EXPECT_EQ(names({.after = ids[4], .username_prefix = "ann", .limit = 1}), Names{});
  // Nothing of a prefix is a pattern.
  EXPECT_EQ(names({.username_prefix = "a%", .limit = 10}), Names{"a%b"});
  EXPECT_EQ(names({.username_prefix = "%", .limit = 10}), Names{});
  EXPECT_EQ(names({.username_prefix = "' OR 1=1 --", .limit = 10}), Names{});
}

TEST_P(AccountStoreConformance, keeps_everything_across_a_restart) {
  if (!test_database().is_durable()) return;  // the in-memory database ends with its process, as it should
  const auto id = insert("alice");
  test_database().reopen();
  EXPECT_EQ(load(id).username, "alice");
  EXPECT_EQ(load(id).roles, std::vector<std::string>{"member"});
}

}  // namespace
}  // namespace gatehouse::identity
