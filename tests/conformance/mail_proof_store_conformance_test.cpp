// What MailProofStore promises on every database (identity/proof/mail_proof_store.hpp).
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "identity/proof/mail_proof_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"
#include "tests/conformance/add_account.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using contract::AccountId;
using db::Transaction;
using std::chrono::minutes;
using enum ProofPurpose;

class MailProofStoreConformance : public test::OnEveryDatabase {
 protected:
  AccountId account(const std::string& name) { return test::add_account(database(), name, clock_, random_); }
  base::Uuid add(AccountId whose, ProofPurpose purpose, const std::string& index = "index") {
    const MailProof proof{.id = base::Uuid::random(random_),
                          .account = whose,
                          .purpose = purpose,
                          .email_index = index,
                          .email_sealed = std::string("sealed\0bytes", 12),
                          .created_at = clock_.now(),
                          .expires_at = clock_.now() + minutes(30)};
    write([&](Transaction& tx) { return store_.add(tx, proof), true; });
    return proof.id;
  }
  std::optional<MailProof> consume(base::Uuid id, ProofPurpose purpose = reset_password) {
    return write([&](Transaction& tx) { return store_.consume(tx, id, purpose, clock_.now()); });
  }
  bool open(base::Uuid id, ProofPurpose purpose = reset_password) {
    return database().read_blocking(
        [&](Transaction& tx) { return store_.find_open(tx, id, purpose, clock_.now()).has_value(); });
  }
  std::vector<base::Uuid> try_code(std::optional<AccountId> whose, ProofPurpose purpose = reset_password) {
    std::vector<base::Uuid> ids;
    for (const auto& proof :
         write([&](Transaction& tx) { return store_.count_code_attempt(tx, whose, purpose, clock_.now()); })) {
      ids.push_back(proof.id);
    }
    return ids;
  }
  base::FakeClock clock_;
  test::FakeRandom random_;
  MailProofStore store_;
};
GATEHOUSE_ON_EVERY_DATABASE(MailProofStoreConformance);

TEST_P(MailProofStoreConformance, gives_back_what_was_added) {
  const auto alice = account("alice");
  const auto id = add(alice, change_email, "new index");
  const auto found = database().read_blocking([&](Transaction& tx) { return store_.find(tx, id); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, alice);
  EXPECT_EQ(found->purpose, change_email);
  EXPECT_EQ(found->email_index, "new index");
  EXPECT_EQ(found->email_sealed, std::string("sealed\0bytes", 12));
  EXPECT_EQ(found->created_at, clock_.now());
  EXPECT_EQ(found->expires_at, clock_.now() + minutes(30));
  EXPECT_FALSE(database().read_blocking([&](Transaction& tx) { return store_.find(tx, base::Uuid::random(random_)); }));
}

TEST_P(MailProofStoreConformance, X03_is_consumed_once_and_looking_does_not_consume) {
  const auto id = add(account("alice"), reset_password);
  EXPECT_TRUE(open(id));
  EXPECT_TRUE(open(id));
  EXPECT_TRUE(consume(id));
  EXPECT_FALSE(open(id));
  EXPECT_FALSE(consume(id));
}

TEST_P(MailProofStoreConformance, X03_using_one_closes_all_others_of_the_account_and_purpose) {
  const auto alice = account("alice");
  const auto bob = account("bob");
  const auto first = add(alice, reset_password);
  const auto second = add(alice, reset_password);
  const auto other_purpose = add(alice, verify_email);
  const auto other_account = add(bob, reset_password);
  EXPECT_TRUE(consume(second));
  EXPECT_FALSE(consume(first));
  EXPECT_TRUE(open(other_purpose, verify_email));
  EXPECT_TRUE(open(other_account));
}

TEST_P(MailProofStoreConformance, X03_of_twenty_parallel_uses_one_succeeds) {
  const auto id = add(account("alice"), reset_password);
  EXPECT_EQ(winners(20, [&](int) { return consume(id).has_value(); }), 1);
}

TEST_P(MailProofStoreConformance, X03_of_parallel_uses_of_different_proofs_one_succeeds) {
  const auto alice = account("alice");
  std::vector<base::Uuid> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(add(alice, reset_password));
  EXPECT_EQ(winners(20, [&](int i) { return consume(ids[static_cast<std::size_t>(i)]).has_value(); }), 1);
}

TEST_P(MailProofStoreConformance, a_proof_for_one_purpose_is_none_for_another) {
  const auto id = add(account("alice"), verify_email);
  for (const auto purpose : {change_email, restore_email, reset_password}) EXPECT_FALSE(consume(id, purpose));
  EXPECT_TRUE(consume(id, verify_email));
}

TEST_P(MailProofStoreConformance, expires) {
  const auto id = add(account("alice"), reset_password);
  clock_.advance(minutes(30));
  EXPECT_FALSE(open(id));
  EXPECT_FALSE(consume(id));
}

TEST_P(MailProofStoreConformance, five_codes_may_be_tried_and_the_link_stays_good) {
  const auto alice = account("alice");
  const auto id = add(alice, reset_password);
  for (int i = 0; i < kMaxCodeAttempts; ++i) EXPECT_EQ(try_code(alice), std::vector{id}) << i;
  EXPECT_TRUE(try_code(alice).empty());
  EXPECT_TRUE(consume(id));
}

TEST_P(MailProofStoreConformance, parallel_guesses_are_all_counted) {
  const auto alice = account("alice");
  add(alice, reset_password);
  EXPECT_EQ(winners(20, [&](int) { return !try_code(alice).empty(); }), kMaxCodeAttempts);
}

TEST_P(MailProofStoreConformance, codes_of_nobody_match_nothing) {
  add(account("alice"), reset_password);
  EXPECT_TRUE(try_code(std::nullopt).empty());
  EXPECT_TRUE(try_code(AccountId(base::Uuid::random(random_))).empty());
}

TEST_P(MailProofStoreConformance, S05_closing_leaves_only_other_purposes_open) {
  const auto alice = account("alice");
  const auto reset = add(alice, reset_password);
  const auto change = add(alice, change_email);
  const auto restore = add(alice, restore_email);
  write([&](Transaction& tx) {
    return store_.close_all(tx, alice, {reset_password, change_email}, clock_.now()), true;
  });
  EXPECT_FALSE(consume(reset));
  EXPECT_FALSE(consume(change, change_email));
  EXPECT_TRUE(consume(restore, restore_email));
}

TEST_P(MailProofStoreConformance, a_link_that_restores_an_address_closes_no_older_one) {
  const auto alice = account("alice");
  const auto owner = add(alice, restore_email);
  clock_.advance(minutes(1));
  const auto thief = add(alice, restore_email);
  clock_.advance(minutes(1));
  const auto youngest = add(alice, restore_email);
  EXPECT_TRUE(consume(thief, restore_email));
  EXPECT_FALSE(consume(youngest, restore_email));
  EXPECT_TRUE(consume(owner, restore_email));
}

TEST_P(MailProofStoreConformance, counts_what_was_made_for_an_address_whosever_account_it_is) {
  add(account("alice"), verify_email, "shared");
  clock_.advance(minutes(10));
  add(account("bob"), verify_email, "shared");
  add(account("carol"), verify_email, "another");
  const auto made = [&](minutes back) {
    return database().read_blocking(
        [&](Transaction& tx) { return store_.made_since(tx, "shared", verify_email, clock_.now() - back); });
  };
  EXPECT_EQ(made(minutes(60)), 2U);
  EXPECT_EQ(made(minutes(5)), 1U);
}

TEST_P(MailProofStoreConformance, sweeps_in_steps_and_not_before_an_hour_after_the_end) {
  const auto alice = account("alice");
  for (int i = 0; i < 3; ++i) add(alice, reset_password);
  const auto sweep = [&] { return write([&](Transaction& tx) { return store_.sweep(tx, clock_.now(), 2); }); };
  clock_.advance(minutes(89));
  EXPECT_EQ(sweep(), 0U);
  clock_.advance(minutes(1));
  EXPECT_EQ(sweep(), 2U);
  EXPECT_EQ(sweep(), 1U);
  EXPECT_EQ(sweep(), 0U);
}

// U08: who registers anew under an old name has an account of their own; what was open of the old one is gone with it.
TEST_P(MailProofStoreConformance, U08_goes_with_its_account) {
  const auto alice = account("alice");
  const auto id = add(alice, reset_password);
  write([&](Transaction& tx) { return tx.execute("DELETE FROM account WHERE id = $1", {db::Blob{alice.bytes()}}); });
  account("alice");
  EXPECT_FALSE(consume(id));
}

}  // namespace
}  // namespace gatehouse::identity
