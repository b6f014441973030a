#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <thread>

#include "identity/audit/log_export.hpp"
#include "identity/audit/log_verification.hpp"
#include "identity/audit/retention.hpp"
#include "identity/audit/sealer.hpp"
#include "platform/audit/event_line.hpp"
#include "platform/audit/event_types.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class AuditChainConformance : public test::OnEveryDatabase {
 protected:
  void record(int events = 1) {
    for (int i = 0; i < events; ++i) {
      database().write_blocking([&](db::Transaction& tx) {
        log_.record(tx, {.type = audit::type::kSignInFailed, .fields = {{"reason", "wrong_password"}}});
      });
    }
  }
  // As when a transaction that was given this number commits after others.
  void insert_late(std::int64_t seq) {
    database().write_blocking([&](db::Transaction& tx) {
      tx.execute("INSERT INTO audit_event (seq, at, type, fields) VALUES ($1, $2, 'sign_in.failed', '{}')",
                 {seq, base::to_unix_ms(clock_.now())});
    });
  }
  Sealer sealer() { return Sealer({database(), log_, key_, clock_}, HeadFile(folder_.path() / "audit_head")); }
  Sealer::Outcome seal_all(Sealer& sealer) {
    auto outcome = sealer.seal_once();
    for (int i = 0; i < 100 && !outcome.complete && !outcome.lost; ++i) outcome = sealer.seal_once();
    return outcome;
  }
  ChainHead seal_all() {
    auto fresh = sealer();
    return seal_all(fresh).head;
  }
  LogVerification verify(const std::vector<ChainHead>& witnesses = {}) {
    return verify_log(database(), key_.verification_key(), witnesses, clock_.now());
  }
  // The first thing that is wrong; "" when nothing is.
  std::string first_finding(const std::vector<ChainHead>& witnesses = {}) {
    const auto verification = verify(witnesses);
    return verification.findings.empty() ? "" : verification.findings.front().to_string();
  }
  // What whoever owns the database can do: the triggers are the first to go.
  void tamper(const char* sql) {
    const bool postgres = database().dialect() == db::Database::Dialect::postgres;
    database().write_blocking([&](db::Transaction& tx) {
      for (const char* table : {"audit_event", "audit_batch"}) {
        for (const char* name : {"_is_never_changed", "_goes_by_retention_alone"}) {
          tx.execute_script("DROP TRIGGER IF EXISTS " + (table + std::string(name)) +
                            (postgres ? " ON " + std::string(table) : ""));
        }
      }
      tx.execute_script(sql);
    });
  }
  std::string export_all(std::int64_t after = 0) {
    return database()
        .read_blocking([&](db::Transaction& tx) { return export_log(tx, {.after_batch = after}, key_, clock_.now()); })
        .lines;
  }
  static std::string first_in_export(const std::string& text, std::optional<std::string> kid = std::nullopt) {
    std::istringstream file(text);
    const auto verification = verify_export(file, kid);
    return verification.findings.empty() ? "" : verification.findings.front().to_string();
  }
  std::int64_t count(const char* sql) {
    return *database().read_blocking(
        [&](db::Transaction& tx) { return tx.query_one(sql, {}, [](const db::Row& row) { return row.integer(0); }); });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  test::TempDir folder_;
  audit::Log log_{clock_};
  crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::Algorithm::eddsa, random_);
};
GATEHOUSE_ON_EVERY_DATABASE(AuditChainConformance);

TEST_P(AuditChainConformance, what_was_sealed_verifies) {
  auto sealing = sealer();
  EXPECT_EQ(sealing.seal_once().sealed, 0U);  // nothing to seal: no batch
  record(3);
  EXPECT_EQ(sealing.seal_once().sealed, 3U);
  record(2);
  EXPECT_EQ(sealing.seal_once().sealed, 2U);
  record();
  const auto verification = verify();
  EXPECT_EQ(verification.findings_total, 0U) << first_finding();
  EXPECT_EQ(verification.batches, 2U);
  EXPECT_EQ(verification.events, 5U);
  EXPECT_EQ(verification.unsealed, 1U);
  EXPECT_EQ(verification.head.number, 2);
}

TEST_P(AuditChainConformance, goes_on_after_a_restart_where_it_was) {
  record(3);
  seal_all();
  clock_.advance(1h);
  record(2);
  EXPECT_EQ(seal_all().number, 2);
  EXPECT_EQ(first_finding(), "");
}

TEST_P(AuditChainConformance, seals_more_than_a_batch_holds_in_several) {
  database().write_blocking([&](db::Transaction& tx) {
    for (int i = 0; i < 2'100; ++i) log_.record(tx, {.type = audit::type::kKeyRotated});
  });
  EXPECT_EQ(seal_all().number, 3);
  const auto verification = verify();
  EXPECT_EQ(verification.events, 2'100U);
  EXPECT_EQ(verification.findings_total, 0U);
}

TEST_P(AuditChainConformance, a_row_that_commits_behind_others_goes_into_a_later_batch) {
  auto sealing = sealer();
  record(2);
  insert_late(10);
  insert_late(12);
  EXPECT_EQ(seal_all(sealing).head.number, 1);
  insert_late(7);
  EXPECT_EQ(seal_all(sealing).head.number, 2);
  clock_.advance(5min);
  insert_late(11);
  EXPECT_EQ(seal_all().number, 3);  // another node, which has to find the gaps in what is stored
  EXPECT_EQ(first_finding(), "");
  EXPECT_EQ(verify().events, 6U);
}

TEST_P(AuditChainConformance, L04_a_row_that_appears_long_after_its_number_is_found) {
  auto sealing = sealer();
  record(2);
  insert_late(10);
  seal_all(sealing);
  clock_.advance(Sealer::kLateWindow + 1s);
  insert_late(7);
  seal_all(sealing);
  EXPECT_EQ(first_finding(), "");  // young: it might still be sealed
  clock_.advance(2 * Sealer::kLateWindow + 1s);
  EXPECT_EQ(first_finding(), "event 7: in no batch: it was put there later");
}

TEST_P(AuditChainConformance, two_nodes_make_one_chain) {
  std::vector<std::thread> nodes;
  for (int i = 0; i < 3; ++i) {
    nodes.emplace_back([this, i] {
      Sealer node({database(), log_, key_, clock_}, HeadFile(folder_.path() / ("head" + std::to_string(i))));
      for (int round = 0; round < 10; ++round) {
        record(2);
        (void)node.seal_once();
      }
    });
  }
  for (auto& node : nodes) node.join();
  seal_all();
  const auto verification = verify();
  EXPECT_EQ(verification.findings_total, 0U) << first_finding();
  EXPECT_EQ(verification.events, 60U);
  EXPECT_EQ(verification.unsealed, 0U);
}

struct Tampering {
  const char* name;
  const char* sql;
  const char* finding;
};
// Batches: events 1–3, 4–6, 7–9.
constexpr Tampering kTamperings[] = {
    {"altered field", R"(UPDATE audit_event SET fields = '{"reason":"wrong_passwore"}' WHERE seq = 5)",
     "event 5: altered (batch 2)"},
    {"altered type", "UPDATE audit_event SET type = 'sign_in.succeeded' WHERE seq = 5", "event 5: altered (batch 2)"},
    {"altered time", "UPDATE audit_event SET at = at + 1 WHERE seq = 5", "event 5: altered (batch 2)"},
    {"removed", "DELETE FROM audit_event WHERE seq = 6", "event 6: missing (batch 2)"},
    {"all of a batch removed", "DELETE FROM audit_event WHERE seq BETWEEN 4 AND 6", "event 4: missing (batch 2)"},
    {"reordered",
     "UPDATE audit_event SET seq = 100 WHERE seq = 4; UPDATE audit_event SET seq = 4 WHERE seq = 8; "
     "UPDATE audit_event SET seq = 8 WHERE seq = 100",
     "event 4: altered (batch 2)"},
    {"batch removed", "DELETE FROM audit_batch WHERE number = 2", "batch 2: missing; the next one is 3"},
    {"first batch removed", "DELETE FROM audit_batch WHERE number = 1", "batch 1: missing; the next one is 2"},
    {"batch altered", "UPDATE audit_batch SET record = replace(record, '\"count\":3', '\"count\":2') WHERE number = 2",
     "batch 2: its record is not one that the program wrote"},
    {"batches exchanged",
     "UPDATE audit_batch SET number = 9 WHERE number = 2; UPDATE audit_batch SET number = 2 WHERE number = 3; "
     "UPDATE audit_batch SET number = 3 WHERE number = 9",
     "batch 2: missing; the next one is 3"},
    {"events and batch removed", "DELETE FROM audit_batch WHERE number = 3; DELETE FROM audit_event WHERE seq > 6",
     "batch 3: had been sealed, but the log ends with batch 2"},
    {"inserted among the sealed",
     "INSERT INTO audit_event (seq, at, type, fields) VALUES (0, 0, 'sign_in.failed', '{}')",
     "event 0: in no batch: it was put there later"},
    {"inserted in front of all",
     "INSERT INTO audit_event (seq, at, type, fields) VALUES (-9, 1, 'sign_in.failed', '{}')",
     "event -9: in no batch: it was put there later"},
    {"inserted with a time to come",
     "INSERT INTO audit_event (seq, at, type, fields) VALUES (0, 253402300799000, 'sign_in.failed', '{}')",
     "event 0: in no batch: it was put there later"},
    {"renumbered", "UPDATE audit_event SET seq = 90 WHERE seq = 9", "event 9: missing (batch 3)"},
    {"everything removed", "DELETE FROM audit_batch; DELETE FROM audit_event",
     "batch 3: had been sealed, but the log ends with batch 0"},
    {"a checkpoint of one's own",
     "DELETE FROM audit_batch WHERE number < 3; DELETE FROM audit_event WHERE seq < 7; INSERT INTO audit_checkpoint "
     "(name, number, last_seq, record) VALUES ('front', 2, 6, '{\"checkpoint\":2,\"record_sha256\":\"00\"}')",
     "batch 2: the checkpoint behind it was altered"},
    {"time of sealing put back", "UPDATE audit_batch SET sealed_at = 0 WHERE number <= 2",
     "batch 1: its row says another time of sealing than its record"},
    {"time of sealing beyond all", "UPDATE audit_batch SET sealed_at = 9223372036854775807 WHERE number = 3",
     "batch 3: its row says another time of sealing than its record"},
    {"last number raised", "UPDATE audit_batch SET last_seq = 1000000 WHERE number = 3",
     "batch 3: its row says another last number than its record"},
    {"inserted behind the sealed, as if of long ago",
     "INSERT INTO audit_event (seq, at, type, fields) VALUES (10, 1, 'sign_in.failed', '{}')",
     "event 10: never sealed, though the program ran long after it"},
};

class AuditTampering : public AuditChainConformance {};
GATEHOUSE_ON_EVERY_DATABASE(AuditTampering);

TEST_P(AuditTampering, L04_each_kind_is_found_by_its_first_record) {
  for (const auto& tampering : kTamperings) {
    // From the start again, without what the last one left.
    tamper("DELETE FROM audit_batch; DELETE FROM audit_event; DELETE FROM audit_checkpoint");
    database().write_blocking([&](db::Transaction& tx) {
      for (int seq = 1; seq < 10; ++seq) {
        tx.execute(
            "INSERT INTO audit_event (seq, at, type, fields) VALUES ($1, $2, 'sign_in.failed', "
            "'{\"reason\":\"wrong_password\"}')",
            {std::int64_t{seq}, base::to_unix_ms(clock_.now()) + seq});
      }
    });
    ChainHead head;
    const BatchStore batches;
    for (int batch = 0; batch < 3; ++batch) {
      database().write_blocking([&](db::Transaction& tx) {
        std::vector<EventLine> lines;
        for (const auto& event : audit::EventStore().range(tx, batch * 3 + 1, batch * 3 + 3, 10)) {
          lines.push_back({event.seq, audit::event_line(event)});
        }
        const auto sealed = seal_batch(head, lines, clock_.now(), key_);
        ASSERT_TRUE(batches.append(tx, {batch + 1, clock_.now(), batch * 3 + 3, sealed}));
        head = {batch + 1, sha256_hex(sealed)};
      });
    }
    ASSERT_EQ(first_finding({head}), "") << tampering.name;
    tamper(tampering.sql);
    EXPECT_EQ(first_finding({head}), tampering.finding) << tampering.name;
  }
}

TEST_P(AuditChainConformance, L04_an_older_copy_in_place_of_the_database_is_noticed_and_recorded) {
  record(3);
  auto sealing = sealer();
  seal_all(sealing);
  record(3);
  seal_all(sealing);
  const ChainHead seen = verify().head;
  tamper("DELETE FROM audit_batch WHERE number = 2; DELETE FROM audit_event WHERE seq > 3");
  EXPECT_EQ(first_finding({seen}), "batch 2: had been sealed, but the log ends with batch 1");
  record();
  auto outcome = sealer().seal_once();  // after a restart
  ASSERT_TRUE(outcome.lost);
  EXPECT_EQ(outcome.lost->number, 2);
  seal_all();
  EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE type = 'audit.history_lost'"), 1);
  EXPECT_EQ(first_finding({seen}), "batch 2: is not the one that had been sealed");
  EXPECT_EQ(first_finding(), "");  // what has been since is sound
}

TEST_P(AuditChainConformance, L04_a_running_node_notices_that_the_end_was_taken_away) {
  record(3);
  auto sealing = sealer();
  seal_all(sealing);
  tamper("DELETE FROM audit_batch; DELETE FROM audit_event");
  const auto outcome = sealing.seal_once();
  ASSERT_TRUE(outcome.lost);
  EXPECT_FALSE(seal_all(sealing).lost);  // told once
}

TEST_P(AuditChainConformance, retention_removes_from_the_front_and_the_rest_still_verifies) {
  record(3);
  seal_all();
  record(2);
  seal_all();
  clock_.advance(24h);
  record(4);
  const ChainHead head = seal_all();
  const auto retained = remove_old_batches(database(), log_, key_, 12h, clock_.now());
  EXPECT_EQ(retained.events, 5U);
  EXPECT_TRUE(retained.complete);
  const auto verification = verify({head});
  EXPECT_EQ(verification.findings_total, 0U) << first_finding();
  EXPECT_EQ(verification.events, 4U);
  EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE type = 'audit.retained'"), 1);
  EXPECT_EQ(remove_old_batches(database(), log_, key_, 12h, clock_.now()).events, 0U);
  EXPECT_EQ(seal_all().number, 4);
  EXPECT_EQ(first_finding({head}), "");
}

TEST_P(AuditChainConformance, L04_what_is_put_where_retention_has_removed_is_found) {
  record(3);
  seal_all();
  clock_.advance(24h);
  record(1);
  seal_all();
  EXPECT_EQ(remove_old_batches(database(), log_, key_, 12h, clock_.now()).events, 3U);
  EXPECT_EQ(first_finding(), "");
  tamper("INSERT INTO audit_event (seq, at, type, fields) VALUES (2, 1, 'sign_in.failed', '{}')");
  EXPECT_EQ(first_finding(), "event 2: in no batch: it was put there later");
}

TEST_P(AuditChainConformance, L04_a_record_that_claims_an_earlier_number_is_found_once) {
  for (int batch = 0; batch < 25; ++batch) {
    record();
    seal_all();
  }
  tamper("UPDATE audit_batch SET record = (SELECT record FROM audit_batch WHERE number = 1) WHERE number = 20");
  const auto verification = verify();
  EXPECT_EQ(verification.findings.at(0).to_string(), "batch 1: does not stand in its place");
  EXPECT_EQ(verification.batches, 25U);
}

TEST_P(AuditChainConformance, L04_retention_does_not_remove_evidence) {
  record(3);
  seal_all();
  record(3);
  seal_all();
  tamper("UPDATE audit_batch SET record = replace(record, '\"batch\":1', '\"batch\":7') WHERE number = 1");
  clock_.advance(48h);
  EXPECT_TRUE(remove_old_batches(database(), log_, key_, 12h, clock_.now()).refused);
  EXPECT_EQ(count("SELECT count(*) FROM audit_event"), 6);
}

TEST_P(AuditChainConformance, L04_retention_goes_by_the_time_that_was_signed) {
  for (int batch = 0; batch < 3; ++batch) {
    record(3);
    seal_all();
  }
  tamper("UPDATE audit_batch SET sealed_at = 0 WHERE number <= 2");
  const auto retained = remove_old_batches(database(), log_, key_, 12h, clock_.now());
  EXPECT_TRUE(retained.refused);
  EXPECT_EQ(count("SELECT count(*) FROM audit_event"), 9);
  EXPECT_EQ(first_finding(), "batch 1: its row says another time of sealing than its record");
}

TEST_P(AuditChainConformance, L04_retention_signs_no_checkpoint_over_what_is_missing_or_raised) {
  const char* const tamperings[] = {
      "DELETE FROM audit_batch WHERE number = 1; DELETE FROM audit_event WHERE seq <= 2",
      "UPDATE audit_batch SET last_seq = 1000000 WHERE number = 1",
      R"(INSERT INTO audit_checkpoint (name, number, last_seq, record) VALUES ('front', 1, 2,
         '{"checkpoint":1,"record_sha256":"00"}'); DELETE FROM audit_batch WHERE number = 1)",
  };
  for (const char* sql : tamperings) {
    tamper("DELETE FROM audit_batch; DELETE FROM audit_event; DELETE FROM audit_checkpoint");
    for (int batch = 0; batch < 3; ++batch) {
      record(2);
      const test::TempDir elsewhere;
      Sealer fresh({database(), log_, key_, clock_}, HeadFile(elsewhere.path() / "audit_head"));
      seal_all(fresh);
    }
    tamper(sql);
    const auto events = count("SELECT count(*) FROM audit_event");
    EXPECT_TRUE(remove_old_batches(database(), log_, key_, 12h, clock_.now() + 48h).refused) << sql;
    EXPECT_EQ(count("SELECT count(*) FROM audit_event"), events) << sql;
    EXPECT_NE(first_finding(), "") << sql;
  }
}

TEST_P(AuditChainConformance, L04_a_checkpoint_row_that_says_other_than_its_record_is_found) {
  record(3);
  seal_all();
  clock_.advance(24h);
  record(1);
  seal_all();
  EXPECT_EQ(remove_old_batches(database(), log_, key_, 12h, clock_.now()).events, 3U);
  tamper("UPDATE audit_checkpoint SET last_seq = 1000000");
  EXPECT_EQ(first_finding(), "batch 1: the checkpoint's row says another last number than its record");
}

TEST_P(AuditChainConformance, L04_a_raised_last_number_does_not_keep_what_follows_from_being_sealed) {
  record(3);
  seal_all();
  tamper("UPDATE audit_batch SET last_seq = 1000000 WHERE number = 1");
  clock_.advance(1h);
  record(2);
  EXPECT_EQ(seal_all().number, 2);  // after a restart
  const auto verification = verify();
  EXPECT_EQ(verification.findings_total, 1U);
  EXPECT_EQ(verification.events, 5U);
}

TEST_P(AuditChainConformance, a_restart_behind_a_batch_of_late_ones_seals_nothing_twice) {
  auto sealing = sealer();
  record(2);
  insert_late(10);
  seal_all(sealing);
  clock_.advance(Sealer::kLateWindow - 1s);
  insert_late(7);
  EXPECT_EQ(seal_all(sealing).head.number, 2);
  clock_.advance(24h);
  insert_late(11);
  EXPECT_EQ(seal_all().number, 3);
  EXPECT_EQ(first_finding(), "");
  EXPECT_EQ(verify().events, 5U);
}

TEST_P(AuditChainConformance, L04_what_nobody_seals_while_the_program_runs_is_found) {
  record(2);
  seal_all();
  record();  // not sealed
  clock_.advance(2 * Sealer::kLateWindow + 1s);
  record();
  EXPECT_EQ(first_finding(), "");  // it may have been started this second
  clock_.advance(2 * Sealer::kLateWindow + 1s);
  EXPECT_EQ(first_finding(), "event 3: never sealed, though the program ran long after it");
  EXPECT_EQ(verify().unsealed, 1U);
  seal_all();
  EXPECT_EQ(first_finding(), "");
}

TEST_P(AuditChainConformance, what_a_killed_program_and_commands_after_it_leave_waits_for_the_next_start) {
  record(2);
  seal_all();
  record(2);
  clock_.advance(24h);
  database().write_blocking([&](db::Transaction& tx) {
    log_.record(tx, {.type = audit::type::kAuditExported, .fields = {{"by", "operator"}}});
  });
  clock_.advance(24h);
  EXPECT_EQ(first_finding(), "");
  EXPECT_EQ(verify().unsealed, 3U);
  seal_all();
  EXPECT_EQ(first_finding(), "");
}

TEST_P(AuditChainConformance, what_waits_while_much_is_sealed_is_not_taken_for_overdue) {
  database().write_blocking([&](db::Transaction& tx) {
    for (std::size_t i = 0; i < kMaxBatchEvents + 2; ++i) log_.record(tx, {.type = audit::type::kKeyRotated});
  });
  clock_.advance(24h);
  auto sealing = sealer();
  EXPECT_EQ(sealing.seal_once().sealed, kMaxBatchEvents);
  EXPECT_EQ(first_finding(), "");
}

TEST_P(AuditChainConformance, an_export_verifies_on_its_own) {
  for (int batch = 0; batch < 3; ++batch) {
    record(3);
    seal_all();
  }
  const std::string all = export_all();
  EXPECT_EQ(first_in_export(all), "");
  EXPECT_EQ(first_in_export(all, key_.kid()), "");
  EXPECT_EQ(first_in_export(export_all(1)), "");
  std::istringstream later(export_all(1));
  EXPECT_EQ(verify_export(later, std::nullopt).behind.number, 1);  // nobody takes it for all there is
  EXPECT_EQ(first_in_export(export_all(3)), "");                   // nothing in it
  test::FakeRandom other(7);
  EXPECT_NE(first_in_export(all, crypto::SigningKey::generate(crypto::Algorithm::eddsa, other).kid()), "");
}

TEST_P(AuditChainConformance, L04_pieces_put_together_verify_as_one_and_a_missing_one_is_found) {
  std::vector<std::string> pieces;
  for (int batch = 0; batch < 3; ++batch) {
    record(2);
    seal_all();
    pieces.push_back(export_all(batch));
  }
  EXPECT_EQ(first_in_export(pieces[0] + pieces[1] + pieces[2]), "");
  std::istringstream all(pieces[0] + pieces[1] + pieces[2]);
  EXPECT_EQ(verify_export(all, std::nullopt).batches, 3U);
  const std::string late = "there is something behind the end of the export";
  EXPECT_EQ(first_in_export(pieces[0] + pieces[2]), late);
  EXPECT_EQ(first_in_export(pieces[0] + pieces[0]), late);
  const auto cut = pieces[1].substr(0, pieces[1].rfind("{\"end_of_export"));
  EXPECT_EQ(first_in_export(pieces[0] + cut), "the export ends before its end: it was cut short");
}

TEST_P(AuditChainConformance, L04_an_export_that_was_changed_is_found) {
  for (int batch = 0; batch < 2; ++batch) {
    record(3);
    seal_all();
  }
  std::vector<std::string> lines;
  std::istringstream text(export_all());
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 10U);  // start, 3 events, batch, 3 events, batch, end
  const auto changed = [&](const std::function<void(std::vector<std::string>&)>& change) {
    auto copy = lines;
    change(copy);
    std::string joined;
    for (const auto& line : copy) joined += line + "\n";
    return first_in_export(joined);
  };
  EXPECT_EQ(changed([](auto&) {}), "");
  EXPECT_EQ(changed([](auto& l) { l[2].replace(l[2].find("wrong"), 5, "Wrong"); }), "event 2: altered (batch 1)");
  EXPECT_EQ(changed([](auto& l) { l.erase(l.begin() + 2); }), "event 2: missing (batch 1)");
  EXPECT_EQ(changed([](auto& l) { std::swap(l[1], l[2]); }), "event 1: missing (batch 1)");
  EXPECT_EQ(changed([](auto& l) { l.insert(l.begin() + 2, l[2]); }),
            "event 2: was not sealed here, or stands elsewhere (batch 1)");
  EXPECT_EQ(changed([](auto& l) { l.erase(l.begin() + 1, l.begin() + 5); }), "batch 1: missing; the next one is 2");
  EXPECT_EQ(changed([](auto& l) { l.resize(5); }), "the export ends before its end: it was cut short");
  EXPECT_EQ(changed([](auto& l) { l.erase(l.begin() + 5, l.begin() + 9); }), "batch 2: missing before the end");
  EXPECT_EQ(changed([](auto& l) { l[9].replace(l[9].find(":2"), 2, ":1"); }), "the end of the export was altered");
  EXPECT_EQ(changed([](auto& l) { l[4].replace(l[4].find("sealed_at\":\"2"), 13, "sealed_at\":\"1"); }),
            "batch 1: its record was altered, or signed with another key");
  EXPECT_EQ(changed([](auto& l) { l.clear(); }), "there is nothing in the file");
  // Whoever signs all of it anew can't do so with the key that was pinned.
  EXPECT_EQ(changed([](auto& l) { l.push_back("{}"); }), "there is something behind the end of the export");
}

}  // namespace
}  // namespace gatehouse::identity
