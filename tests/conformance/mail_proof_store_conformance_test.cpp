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
  bool try_code(std::string_view subject, ProofPurpose purpose = reset_password) {
    return write([&](Transaction& tx) { return store_.count_code_attempt(tx, subject, purpose, clock_.now()); });
  }
  std::vector<base::Uuid> open_for(const std::string& index, ProofPurpose purpose = reset_password) {
    return ids_of(
        database().read_blocking([&](Transaction& tx) { return store_.open_for(tx, index, purpose, clock_.now()); }));
  }
  std::vector<base::Uuid> open_of(AccountId whose, ProofPurpose purpose = reset_password) {
    return ids_of(
        database().read_blocking([&](Transaction& tx) { return store_.open_of(tx, whose, purpose, clock_.now()); }));
  }
  static std::vector<base::Uuid> ids_of(const std::vector<OpenProof>& proofs) {
    std::vector<base::Uuid> ids;
    for (const auto& proof : proofs) ids.push_back(proof.id);
    return ids;
  }
  std::size_t sweep(std::size_t limit) {
    return write([&](Transaction& tx) { return store_.sweep(tx, clock_.now(), limit); });
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

TEST_P(MailProofStoreConformance, five_codes_may_be_tried_within_half_an_hour_of_the_first) {
  for (int i = 0; i < kMaxCodeAttempts; ++i) {
    EXPECT_TRUE(try_code("subject")) << i;
    clock_.advance(minutes(1));
  }
  EXPECT_FALSE(try_code("subject"));
  EXPECT_TRUE(try_code("subject", verify_email));
  EXPECT_TRUE(try_code("another"));
  clock_.advance(minutes(24));
  EXPECT_FALSE(try_code("subject"));
  clock_.advance(minutes(1));
  for (int i = 0; i < kMaxCodeAttempts; ++i) EXPECT_TRUE(try_code("subject")) << i;
  EXPECT_FALSE(try_code("subject"));
}

TEST_P(MailProofStoreConformance, a_new_mail_gives_no_more_guesses) {
  add(account("alice"), reset_password, "hers");
  for (int i = 0; i < kMaxCodeAttempts; ++i) EXPECT_TRUE(try_code("hers"));
  add(account("bob"), reset_password, "hers");
  EXPECT_FALSE(try_code("hers"));
}

TEST_P(MailProofStoreConformance, parallel_guesses_are_all_counted) {
  EXPECT_EQ(winners(20, [&](int) { return try_code("subject"); }), kMaxCodeAttempts);
}

TEST_P(MailProofStoreConformance, what_is_open_of_an_account_comes_newest_first) {
  const auto alice = account("alice");
  const auto oldest = add(alice, reset_password);
  std::vector<base::Uuid> newest_first;
  for (int i = 0; i < kProofsLookedAt; ++i) {
    clock_.advance(minutes(1));
    newest_first.insert(newest_first.begin(), add(alice, reset_password));
  }
  add(alice, verify_email);
  add(account("bob"), reset_password);
  EXPECT_EQ(open_of(alice), newest_first);
  EXPECT_TRUE(consume(oldest));
  EXPECT_TRUE(open_of(alice).empty());
}

TEST_P(MailProofStoreConformance, what_is_open_for_an_address_is_of_that_address_alone) {
  const auto of_b = add(account("bob"), reset_password, "b");
  clock_.advance(minutes(1));
  const auto of_b_too = add(account("bert"), reset_password, "b");
  add(account("dora"), reset_password, "d");
  add(account("ada"), verify_email, "a");
  EXPECT_EQ(open_for("b"), (std::vector{of_b_too, of_b}));
  EXPECT_TRUE(open_for("a").empty());
  EXPECT_TRUE(open_for("c").empty());
  EXPECT_TRUE(open_for("e").empty());
  EXPECT_TRUE(open_for("").empty());
  clock_.advance(minutes(29));
  EXPECT_EQ(open_for("b"), std::vector{of_b_too});
  EXPECT_TRUE(consume(of_b_too));
  EXPECT_TRUE(open_for("b").empty());
}

TEST_P(MailProofStoreConformance, U04_a_proof_may_be_nobodys) {
  const auto id = add(AccountId(), reset_password, "nobody's address");
  EXPECT_EQ(open_for("nobody's address"), std::vector{id});
  EXPECT_TRUE(open_of(AccountId()).empty());
  const auto found = database().read_blocking([&](Transaction& tx) { return store_.find(tx, id); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, AccountId());
  EXPECT_TRUE(consume(id));
  EXPECT_TRUE(open_for("nobody's address").empty());
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
  clock_.advance(minutes(89));
  EXPECT_EQ(sweep(2), 0U);
  clock_.advance(minutes(1));
  EXPECT_EQ(sweep(2), 2U);
  EXPECT_EQ(sweep(2), 1U);
  EXPECT_EQ(sweep(2), 0U);
}

TEST_P(MailProofStoreConformance, tries_are_swept_when_they_count_no_more) {
  for (int i = 0; i <= kMaxCodeAttempts; ++i) (void)try_code("tried out");
  (void)try_code("tried once");
  clock_.advance(minutes(29));
  (void)try_code("tried just now");
  EXPECT_EQ(sweep(9), 0U);
  EXPECT_FALSE(try_code("tried out"));
  clock_.advance(minutes(1));
  EXPECT_EQ(sweep(1), 1U);
  EXPECT_EQ(sweep(9), 1U);
  EXPECT_EQ(sweep(9), 0U);
  EXPECT_TRUE(try_code("tried out"));
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
