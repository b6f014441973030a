#include "identity/privacy/erasure_store.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "crypto/sealing.hpp"
#include "identity/privacy/erased_jobs.hpp"
#include "identity/privacy/restored.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "identity/recovery/invite_store.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using contract::AccountId;
using std::chrono::hours;

class ErasureStoreConformance : public test::OnEveryDatabase {
 protected:
  AccountId add(const std::string& name) {
    const AccountId id(base::Uuid::v7(clock_, random_));
    database().write_blocking([&](db::Transaction& tx) {
      ASSERT_TRUE(accounts_.insert(tx, {.id = id,
                                        .username = name,
                                        .username_skeleton = name,
                                        .email_index = name + "-index",
                                        .data_key_seed = std::string(16, 's'),
                                        .profile_sealed = "sealed",
                                        .password_hash = "*",
                                        .created_at = clock_.now()}));
      const contract::SessionId session(base::Uuid::random(random_));
      (void)sessions_.insert_capped(tx, {session, id, "client", {"pwd"}}, clock_.now());
    });
    return id;
  }
  std::optional<std::vector<contract::Revocation>> erase(AccountId id) {
    return database().write_blocking(
        [&](db::Transaction& tx) { return erasures_.erase(tx, id, {"owner"}, clock_.now()); });
  }
  std::int64_t count(const std::string& table) {
    return *database().read_blocking([&](db::Transaction& tx) {
      return tx.query_one("SELECT count(*) FROM " + table, {}, [](const db::Row& row) { return row.integer(0); });
    });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  const audit::Log events_{clock_};
  const AccountStore accounts_;
  const RevocationStore revocations_{std::chrono::minutes(15)};
  const SessionStore sessions_{{}, revocations_};
  const ErasureStore erasures_{{accounts_, sessions_, revocations_, events_}};
};
GATEHOUSE_ON_EVERY_DATABASE(ErasureStoreConformance);

TEST_P(ErasureStoreConformance, asking_again_neither_wins_time_nor_loses_any) {
  const auto id = add("ada");
  const auto first = database().write_blocking(
      [&](db::Transaction& tx) { return erasures_.request(tx, id, clock_.now(), clock_.now() + hours(24)); });
  clock_.advance(hours(1));
  const auto again = database().write_blocking(
      [&](db::Transaction& tx) { return erasures_.request(tx, id, clock_.now(), clock_.now() + hours(24)); });
  EXPECT_EQ(first, again);
  EXPECT_EQ(count("audit_event WHERE type = 'account.deletion_requested'"), 1);
}

TEST_P(ErasureStoreConformance, what_was_cancelled_is_never_due) {
  const auto stays = add("ada");
  const auto goes = add("bob");
  database().write_blocking([&](db::Transaction& tx) {
    for (const auto& id : {stays, goes}) (void)erasures_.request(tx, id, clock_.now(), clock_.now() + hours(24));
    EXPECT_TRUE(erasures_.cancel(tx, stays));
    EXPECT_FALSE(erasures_.cancel(tx, stays));
  });
  const auto due = [&] {
    return database().write_blocking([&](db::Transaction& tx) { return erasures_.due(tx, clock_.now(), 10); });
  };
  EXPECT_TRUE(due().empty()) << "before its time";
  clock_.advance(hours(24));
  EXPECT_EQ(due(), std::vector{goes});
}

TEST_P(ErasureStoreConformance, U08_nothing_of_an_erased_account_is_left_for_whoever_registers_its_names) {
  const auto id = add("ada");
  database().write_blocking([&](db::Transaction& tx) { (void)erasures_.request(tx, id, clock_.now(), clock_.now()); });
  const auto revoked = erase(id);
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->size(), 2U) << "its session, and its tokens of every epoch";
  for (const char* table : {"account", "account_profile", "session", "account_deletion"}) EXPECT_EQ(count(table), 0);
  EXPECT_EQ(count("revocation"), 2);
  EXPECT_FALSE(erase(id)) << "it is gone";
  EXPECT_NE(add("ada"), id);
  EXPECT_EQ(count("session"), 1) << "of the new one";
}

// Or a table that is added later would keep what it holds of a member, and only a canary would show it.
TEST_P(ErasureStoreConformance, every_table_that_names_an_account_goes_with_it) {
  const bool sqlite = database().dialect() == db::Database::Dialect::sqlite;
  const std::string tables =
      sqlite ? "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'account_id' "
               "WHERE m.type = 'table' ORDER BY m.name"
             : "SELECT table_name::text FROM information_schema.columns WHERE column_name = 'account_id' AND "
               "table_schema = current_schema() ORDER BY 1";
  const std::string cascading =
      sqlite ? "SELECT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f ON f.\"from\" = 'account_id' "
               "WHERE m.type = 'table' AND f.\"table\" = 'account' AND f.on_delete = 'CASCADE' ORDER BY m.name"
             : "SELECT conrelid::regclass::text FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND "
               "attnum = conkey[1] WHERE contype = 'f' AND confrelid = 'account'::regclass AND confdeltype = 'c' AND "
               "attname = 'account_id' ORDER BY 1";
  const auto names = [&](const std::string& sql) {
    std::set<std::string> found;
    database().read_blocking(
        [&](db::Transaction& tx) { tx.query(sql, {}, [&](const db::Row& row) { found.insert(row.text(0)); }); });
    return found;
  };
  auto expected = names(tables);
  EXPECT_EQ(expected.erase("invite"), 1U) << "of nobody yet: goes by its address, below";
  EXPECT_GE(expected.size(), 8U);
  EXPECT_EQ(names(cascading), expected);
}

TEST_P(ErasureStoreConformance, codes_tried_and_invites_sent_hold_nothing_of_an_erased_account) {
  const auto id = add("ada");
  const auto other = add("bob");
  const MailProofStore proofs;
  database().write_blocking([&](db::Transaction& tx) {
    for (const auto purpose : {ProofPurpose::verify_email, ProofPurpose::change_email, ProofPurpose::reset_password}) {
      for (const std::string_view subject : {std::string_view(id.bytes()), std::string_view("ada-index"),
                                             std::string_view(other.bytes()), std::string_view("bob-index")}) {
        EXPECT_TRUE(proofs.count_code_attempt(tx, subject, purpose, clock_.now()));
      }
    }
    for (const auto& giver : {id, other}) {
      EXPECT_TRUE(InviteStore().insert(tx, {.id = AccountId(base::Uuid::v7(clock_, random_)),
                                            .email_index = giver.to_string(),
                                            .data_key_seed = std::string(16, 's'),
                                            .profile_sealed = "sealed",
                                            .roles = {"member"},
                                            .invited_by = giver,
                                            .created_at = clock_.now(),
                                            .expires_at = clock_.now() + hours(24)}));
    }
  });
  ASSERT_TRUE(erase(id));
  EXPECT_EQ(count("code_attempt"), 6) << "those of the other";
  EXPECT_EQ(count("invite"), 1);
}

TEST_P(ErasureStoreConformance, an_open_invite_to_the_address_of_an_erased_account_goes_with_it) {
  const InviteStore invites;
  const auto id = add("ada");
  const auto invite_to = [&](const std::string& index) {
    const InviteRecord invite{.id = AccountId(base::Uuid::v7(clock_, random_)),
                              .email_index = index,
                              .data_key_seed = std::string(16, 's'),
                              .profile_sealed = "sealed",
                              .roles = {"member"},
                              .created_at = clock_.now(),
                              .expires_at = clock_.now() + hours(24)};
    database().write_blocking([&](db::Transaction& tx) { EXPECT_TRUE(invites.insert(tx, invite)); });
  };
  invite_to("ada-index");
  invite_to("bob-index");
  (void)erase(id);
  EXPECT_EQ(count("invite"), 1) << "somebody else's";
}

TEST_P(ErasureStoreConformance, jobs_about_an_erased_account_go_whether_they_wait_or_were_given_up) {
  const queue::JobStore jobs(clock_, random_);
  const auto gone = add("ada").to_string();
  const auto add_job = [&](const std::string& payload) {
    database().write_blocking([&](db::Transaction& tx) {
      jobs.add(tx, {.queue = "mail", .kind = "letter", .payload = payload, .due = clock_.now()});
    });
  };
  add_job(R"({"account":")" + gone + R"("})");
  const auto dead = database().write_blocking([&](db::Transaction& tx) {
    const auto job = jobs.take(tx, jobs.due(tx, "mail", 1).at(0).id, clock_.now() + hours(1));
    return jobs.bury(tx, *job, "refused");
  });
  ASSERT_TRUE(dead);
  add_job(R"({"account":")" + gone + R"(","reference":"x"})");
  add_job(R"({"account":")" + add("bob").to_string() + R"("})");
  add_job(R"({"event":")" + gone + R"("})");
  add_job("no JSON");
  EXPECT_EQ(remove_jobs_about(database(), jobs, {gone}), 2U);
  EXPECT_EQ(count("job"), 3);
}

TEST_P(ErasureStoreConformance, another_erasure_is_another_mark_whatever_the_clock_says) {
  const auto mark = [&] { return database().read_blocking([&](db::Transaction& tx) { return erasures_.mark(tx); }); };
  std::vector marks{mark()};
  for (const auto& id : {add("ada"), add("bob"), add("eve")}) {
    (void)erase(id);  // all in one millisecond
    marks.push_back(mark());
  }
  for (std::size_t i = 1; i < marks.size(); ++i) EXPECT_FALSE(marks[i] == marks[i - 1]);
}

TEST_P(ErasureStoreConformance, the_list_of_erased_accounts_is_kept_as_long_as_backups_are) {
  const auto first = add("ada");
  const auto second = add("bob");
  (void)erase(first);
  clock_.advance(hours(1));
  (void)erase(second);
  const auto page = [&](std::optional<AccountId> after) {
    return database().read_blocking([&](db::Transaction& tx) { return erasures_.erased(tx, after, 1); });
  };
  ASSERT_EQ(page(std::nullopt).size(), 1U);
  EXPECT_EQ(page(std::nullopt)[0].id, first);
  EXPECT_EQ(page(first)[0].id, second);
  EXPECT_TRUE(page(second).empty());
  const auto sweep = [&] {
    return database().write_blocking(
        [&](db::Transaction& tx) { return erasures_.sweep(tx, clock_.now() - hours(1), 10); });
  };
  EXPECT_EQ(sweep(), 1U);
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(page(std::nullopt)[0].id, second);
}

// It may have been taken back after the backup.
TEST_P(ErasureStoreConformance, a_deletion_that_was_waiting_gets_its_days_once_more_after_a_restore) {
  const crypto::MasterKeys master(crypto::SealingKey::generate(random_));
  const auto soon = add("ada");
  const auto later = add("bob");
  database().write_blocking([&](db::Transaction& tx) {
    (void)erasures_.request(tx, soon, clock_.now(), clock_.now() + hours(1));
    (void)erasures_.request(tx, later, clock_.now(), clock_.now() + hours(48));
  });
  clock_.advance(hours(2));
  ASSERT_TRUE(
      settle_restored(database(), master, {.erase = {}, .grace = hours(24)}, erasures_, events_, random_, clock_));
  const auto erase_at = [&](AccountId id) {
    return database().read_blocking([&](db::Transaction& tx) { return erasures_.pending(tx, id); })->erase_at;
  };
  EXPECT_EQ(erase_at(soon), clock_.now() + hours(24));
  EXPECT_EQ(erase_at(later), clock_.now() + hours(46)) << "one that is further away stays as it is";
}

TEST_P(ErasureStoreConformance, what_is_restored_brings_back_no_erased_account_and_no_key_of_a_token) {
  const crypto::MasterKeys master(crypto::SealingKey::generate(random_));
  const auto before = load_or_create_server_secrets(database(), master, random_, clock_);
  const auto erased = add("ada");
  (void)add("bob");
  const std::array ids{erased, AccountId(base::Uuid::v7(clock_, random_))};
  const RestoreRules rules{.erase = ids, .grace = hours(24)};
  const crypto::MasterKeys other(crypto::SealingKey::generate(random_));
  EXPECT_FALSE(settle_restored(database(), other, rules, erasures_, events_, random_, clock_));
  EXPECT_EQ(count("account"), 2) << "with the wrong master key nothing happens";
  const auto settled = settle_restored(database(), master, rules, erasures_, events_, random_, clock_);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->erased, 1U);
  EXPECT_EQ(count("account"), 1);
  const auto after = load_or_create_server_secrets(database(), master, random_, clock_);
  EXPECT_FALSE(after->refresh_mac == before->refresh_mac);
  EXPECT_TRUE(after->account_kek == before->account_kek) << "or nobody's data would open";
  EXPECT_TRUE(after->blind_index == before->blind_index) << "or nobody would be found by their address";
}

}  // namespace
}  // namespace gatehouse::identity
