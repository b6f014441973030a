#include "identity/factor/factor_store.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "identity/factor/code_guard.hpp"
#include "identity/factor/recovery_codes.hpp"
#include "identity/factor/sign_in_demand.hpp"
#include "identity/factor/sign_in_step_store.hpp"
#include "identity/session/session_harness.hpp"
#include "tests/conformance/on_every_database.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class FactorStoreConformance : public test::OnEveryDatabase {
 protected:
  FactorRecord factor(FactorKind kind, std::string credential = "", bool confirmed = true) {
    FactorRecord record{.id = FactorId(base::Uuid::v7(clock_, random_)),
                        .account = account_,
                        .kind = kind,
                        .name_sealed = std::string("\0name\xff", 6),
                        .material_sealed = std::string("\0material\xff", 10),
                        .credential_index = std::move(credential),
                        .counter = 5,
                        .created_at = clock_.now()};
    if (confirmed) record.confirmed_at = clock_.now();
    return record;
  }
  bool insert(const FactorRecord& record) {
    return write([&](auto& tx) { return store_.insert(tx, record); });
  }
  std::size_t count() {
    return write([&](auto& tx) { return store_.list(tx, account_).size(); });
  }
  template <class F>
  int winners(int n, F fn) {
    return OnEveryDatabase::winners(n, [&](int) { return write(fn); });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  SessionHarness harness_{database()};
  contract::AccountId account_ = harness_.add_account();
  FactorStore store_;
};
GATEHOUSE_ON_EVERY_DATABASE(FactorStoreConformance);

TEST_P(FactorStoreConformance, a_factor_is_read_as_it_was_written) {
  const auto written = factor(FactorKind::webauthn, std::string(32, 'c'));
  ASSERT_TRUE(insert(written));
  const auto read = write([&](auto& tx) { return store_.find(tx, written.id); });
  ASSERT_TRUE(read);
  EXPECT_EQ(read->account, account_);
  EXPECT_EQ(read->kind, FactorKind::webauthn);
  EXPECT_EQ(read->name_sealed, written.name_sealed);
  EXPECT_EQ(read->material_sealed, written.material_sealed);
  EXPECT_EQ(read->credential_index, written.credential_index);
  EXPECT_EQ(read->counter, 5);
  EXPECT_EQ(read->created_at, clock_.now());
  EXPECT_EQ(read->confirmed_at, clock_.now());
  EXPECT_FALSE(read->last_used_at);
  EXPECT_TRUE(write([&](auto& tx) { return store_.find_by_credential(tx, written.credential_index); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.find_by_credential(tx, std::string(32, 'd')); }));
}

TEST_P(FactorStoreConformance, a_credential_belongs_to_one_account) {
  ASSERT_TRUE(insert(factor(FactorKind::webauthn, std::string(32, 'c'))));
  auto others = factor(FactorKind::webauthn, std::string(32, 'c'));
  others.account = harness_.add_account();
  EXPECT_FALSE(insert(others));
  EXPECT_TRUE(insert(factor(FactorKind::totp)));
  EXPECT_TRUE(insert(factor(FactorKind::totp)));  // without a credential there is nothing to be unique
}

TEST_P(FactorStoreConformance, what_waits_for_its_first_code_counts_for_nothing) {
  const auto waiting = factor(FactorKind::totp, "", false);
  ASSERT_TRUE(insert(waiting));
  EXPECT_EQ(count(), 0U);
  EXPECT_TRUE(write([&](auto& tx) { return store_.kinds(tx, account_); }).empty());
  EXPECT_FALSE(write([&](auto& tx) { return store_.rename(tx, account_, waiting.id, "x"); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.remove(tx, account_, waiting.id); }));
  EXPECT_EQ(winners(4, [&](auto& tx) { return store_.confirm(tx, waiting.id, 7, clock_.now()); }), 1);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(write([&](auto& tx) { return store_.kinds(tx, account_); }), std::vector{FactorKind::totp});
  ASSERT_TRUE(insert(factor(FactorKind::totp, "", false)));
  write([&](auto& tx) { return store_.remove_unconfirmed(tx, account_), 0; });
  EXPECT_EQ(count(), 1U);
}

TEST_P(FactorStoreConformance, M02_of_many_that_bring_one_step_at_once_one_wins) {
  const auto app = factor(FactorKind::totp);
  ASSERT_TRUE(insert(app));
  EXPECT_EQ(winners(8, [&](auto& tx) { return store_.use_totp_step(tx, app.id, 6, clock_.now()); }), 1);
  EXPECT_FALSE(write([&](auto& tx) { return store_.use_totp_step(tx, app.id, 6, clock_.now()); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.use_totp_step(tx, app.id, 5, clock_.now()); }));
  EXPECT_TRUE(write([&](auto& tx) { return store_.use_totp_step(tx, app.id, 7, clock_.now()); }));
}

TEST_P(FactorStoreConformance, of_many_that_bring_one_signature_counter_at_once_one_wins) {
  const auto key = factor(FactorKind::webauthn, std::string(32, 'c'));
  ASSERT_TRUE(insert(key));
  const auto advance = [&](auto& tx) { return store_.advance_signature_counter(tx, key.id, 5, 6, clock_.now()); };
  EXPECT_EQ(winners(8, advance), 1);
}

TEST_P(FactorStoreConformance, only_its_own_account_renames_and_removes_it) {
  const auto app = factor(FactorKind::totp);
  ASSERT_TRUE(insert(app));
  const auto other = harness_.add_account();
  EXPECT_FALSE(write([&](auto& tx) { return store_.rename(tx, other, app.id, "x"); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.remove(tx, other, app.id); }));
  EXPECT_TRUE(write([&](auto& tx) { return store_.rename(tx, account_, app.id, "x"); }));
  EXPECT_EQ(winners(4, [&](auto& tx) { return store_.remove(tx, account_, app.id); }), 1);
}

// U08: a new account of the same name finds nothing of the one before it.
TEST_P(FactorStoreConformance, U08_all_goes_with_the_account) {
  const RecoveryCodes codes(base::Secret(std::string(32, 'k')), random_);
  const CodeGuard guard;
  const SignInStepStore steps;
  const SignInDemand demand;
  ASSERT_TRUE(insert(factor(FactorKind::webauthn, std::string(32, 'c'))));
  write([&](auto& tx) {
    (void)codes.replace(tx, account_, clock_.now());
    guard.count_failure(tx, account_, clock_.now());
    demand.set(tx, account_, contract::Assurance::phishing_resistant);
    EXPECT_EQ(demand.of(tx, account_), contract::Assurance::phishing_resistant);
    steps.insert(tx, {std::string(16, 's'), account_, "proven", clock_.now() + 5min});
    return tx.execute("DELETE FROM account WHERE id = $1", {db::Blob{account_.bytes()}});
  });
  const char* counts[] = {"SELECT count(*) FROM factor", "SELECT count(*) FROM recovery_code",
                          "SELECT count(*) FROM code_guard", "SELECT count(*) FROM sign_in_step",
                          "SELECT count(*) FROM sign_in_demand"};
  for (const char* sql : counts) {
    EXPECT_EQ(write([&](auto& tx) { return tx.query_one(sql, {}, [](const db::Row& row) { return row.integer(0); }); }),
              0)
        << sql;
  }
}

TEST_P(FactorStoreConformance, M05_a_recovery_code_is_good_once_also_at_once_and_for_its_account_alone) {
  const RecoveryCodes codes(base::Secret(std::string(32, 'k')), random_);
  const auto other = harness_.add_account();
  const auto mine = write([&](auto& tx) { return codes.replace(tx, account_, clock_.now()); });
  const auto theirs = write([&](auto& tx) { return codes.replace(tx, other, clock_.now()); });
  ASSERT_EQ(mine.size(), 10U);
  EXPECT_EQ(mine[0].size(), 27U);
  EXPECT_FALSE(write([&](auto& tx) { return codes.consume(tx, account_, theirs[0].expose()); }));
  EXPECT_EQ(winners(8, [&](auto& tx) { return codes.consume(tx, account_, mine[0].expose()); }), 1);
  EXPECT_FALSE(write([&](auto& tx) { return codes.consume(tx, account_, mine[0].expose()); }));
  EXPECT_EQ(write([&](auto& tx) { return codes.count(tx, account_); }), 9U);
  for (const std::string& typed : {std::string(), std::string("abc"), std::string(24, '1'), std::string(100, 'a'),
                                   std::string(mine[1].expose()) + "a"}) {
    EXPECT_FALSE(write([&](auto& tx) { return codes.consume(tx, account_, typed); })) << typed;
  }
  (void)write([&](auto& tx) { return codes.replace(tx, account_, clock_.now()); });
  EXPECT_FALSE(write([&](auto& tx) { return codes.consume(tx, account_, mine[1].expose()); }));
}

TEST_P(FactorStoreConformance, no_recovery_code_stands_in_the_database) {
  const RecoveryCodes codes(base::Secret(std::string(32, 'k')), random_);
  const auto mine = write([&](auto& tx) { return codes.replace(tx, account_, clock_.now()); });
  write([&](auto& tx) {
    tx.query("SELECT id FROM recovery_code", {}, [&](const db::Row& row) {
      EXPECT_EQ(row.blob(0).size(), 32U);
      EXPECT_EQ(row.blob(0).find(mine[0].expose().substr(0, 6)), std::string::npos);
    });
    return 0;
  });
}

TEST_P(FactorStoreConformance, M04_wrong_codes_are_counted_whatever_races) {
  const CodeGuard guard;
  EXPECT_EQ(winners(8, [&](auto& tx) { return guard.count_failure(tx, account_, clock_.now()), true; }), 8);
  // Eight failures: the wait after the fifth, doubled three times.
  EXPECT_EQ(write([&](auto& tx) { return guard.wait(tx, account_, clock_.now()); }), 240s);
  EXPECT_EQ(write([&](auto& tx) { return guard.wait(tx, account_, clock_.now() + 239s); }), 1s);
  EXPECT_EQ(write([&](auto& tx) { return guard.wait(tx, account_, clock_.now() + 240s); }), 0s);
  for (int i = 0; i < 40; ++i) write([&](auto& tx) { return guard.count_failure(tx, account_, clock_.now()), 0; });
  EXPECT_EQ(write([&](auto& tx) { return guard.wait(tx, account_, clock_.now()); }), 1h);
  write([&](auto& tx) { return guard.forget(tx, account_), 0; });
  EXPECT_EQ(write([&](auto& tx) { return guard.wait(tx, account_, clock_.now()); }), 0s);
}

TEST_P(FactorStoreConformance, M04_a_step_ends_with_its_fifth_failure_with_time_and_with_use) {
  const SignInStepStore steps;
  const std::string id(16, 's');
  const auto begin = [&] {
    write([&](auto& tx) { return steps.insert(tx, {id, account_, "proven", clock_.now() + 5min}), 0; });
  };
  const auto found = [&](base::TimePoint now) {
    return write([&](auto& tx) { return steps.find(tx, id, now).has_value(); });
  };
  begin();
  EXPECT_EQ(write([&](auto& tx) { return steps.find(tx, id, clock_.now()); })->proven, "proven");
  EXPECT_FALSE(found(clock_.now() + 5min));
  EXPECT_EQ(winners(4, [&](auto& tx) { return steps.count_failure(tx, id), true; }), 4);
  EXPECT_TRUE(found(clock_.now()));
  write([&](auto& tx) { return steps.count_failure(tx, id), 0; });
  EXPECT_FALSE(found(clock_.now()));
  begin();
  EXPECT_EQ(winners(8, [&](auto& tx) { return steps.finish(tx, id); }), 1);
  EXPECT_FALSE(found(clock_.now()));
}

TEST_P(FactorStoreConformance, M07_a_challenge_is_spent_once) {
  const SignInStepStore steps;
  const std::string id(16, 't');
  EXPECT_EQ(winners(8, [&](auto& tx) { return steps.spend(tx, id, clock_.now() + 5min); }), 1);
  write([&](auto& tx) { return steps.insert(tx, {std::string(16, 's'), account_, "proven", clock_.now() + 5min}), 0; });
  EXPECT_EQ(write([&](auto& tx) { return steps.sweep(tx, clock_.now() + 5min - 1ms, 10); }), 0U);
  EXPECT_EQ(write([&](auto& tx) { return steps.sweep(tx, clock_.now() + 5min, 1); }), 1U);
  EXPECT_EQ(write([&](auto& tx) { return steps.sweep(tx, clock_.now() + 5min, 10); }), 1U);
}

TEST_P(FactorStoreConformance, a_first_factor_adds_to_the_session_that_added_it_and_moves_its_time) {
  SessionStore sessions({}, harness_.revocations());
  const contract::SessionId id(base::Uuid::random(random_));
  write([&](auto& tx) { return sessions.insert_capped(tx, {id, account_, "sealed", {"pwd"}}, clock_.now()).size(); });
  const auto later = clock_.now() + 1h;
  const auto add = [&](base::TimePoint now) {
    return write([&](auto& tx) {
      sessions.add_methods(tx, id, {"otp", "mfa"}, now);
      return *sessions.find(tx, id);
    });
  };
  EXPECT_EQ(add(later).amr, (std::vector<std::string>{"pwd", "otp", "mfa"}));
  EXPECT_EQ(add(later).amr.size(), 3U);
  EXPECT_EQ(add(later).auth_time, later);
  (void)write([&](auto& tx) { return sessions.end(tx, id, EndReason::sign_out, later); });
  EXPECT_EQ(add(later + 1h).auth_time, later);
}

}  // namespace
}  // namespace gatehouse::identity
