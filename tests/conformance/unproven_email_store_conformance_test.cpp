// What UnprovenEmailStore promises on every database (identity/proof/unproven_email_store.hpp).
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "identity/proof/unproven_email_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"
#include "tests/conformance/add_account.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using contract::AccountId;
using db::Transaction;

class UnprovenEmailStoreConformance : public test::OnEveryDatabase {
 protected:
  // An account that names an address nobody has proven.
  AccountId account(const std::string& name, const std::string& index) {
    clock_.advance(std::chrono::seconds(1));
    const AccountId id = test::add_account(database(), name, clock_, random_);
    write([&](Transaction& tx) { return store_.add(tx, id, index, clock_.now()), true; });
    return id;
  }
  std::optional<AccountId> newest(const std::string& index) {
    return database().read_blocking([&](Transaction& tx) { return store_.newest_with(tx, index); });
  }
  std::optional<std::string> find(AccountId id) {
    return database().read_blocking([&](Transaction& tx) { return store_.find(tx, id); });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  UnprovenEmailStore store_;
};
GATEHOUSE_ON_EVERY_DATABASE(UnprovenEmailStoreConformance);

TEST_P(UnprovenEmailStoreConformance, several_accounts_may_name_one_address_and_the_newest_is_found) {
  const auto alice = account("alice", "shared");
  const auto bob = account("bob", "shared");
  account("carol", "another");
  EXPECT_EQ(newest("shared"), bob);
  EXPECT_EQ(find(alice), "shared");
  EXPECT_FALSE(newest("nobody's"));
}

TEST_P(UnprovenEmailStoreConformance, what_is_removed_is_found_no_more) {
  const auto alice = account("alice", "shared");
  const auto bob = account("bob", "shared");
  EXPECT_TRUE(write([&](Transaction& tx) { return store_.remove(tx, bob); }));
  EXPECT_FALSE(write([&](Transaction& tx) { return store_.remove(tx, bob); }));
  EXPECT_EQ(newest("shared"), alice);
  EXPECT_FALSE(find(bob));
}

TEST_P(UnprovenEmailStoreConformance, U08_goes_with_its_account) {
  const auto alice = account("alice", "shared");
  write([&](Transaction& tx) { return tx.execute("DELETE FROM account WHERE id = $1", {db::Blob{alice.bytes()}}); });
  EXPECT_FALSE(newest("shared"));
  EXPECT_FALSE(find(alice));
}

}  // namespace
}  // namespace gatehouse::identity
