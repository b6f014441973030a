// What is changed around the program: PostgreSQL alone has users to tell apart.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "crypto/packed_hash.hpp"
#include "platform/base/json.hpp"
#include "platform/base/secret.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/postgres_server.hpp"

namespace gatehouse::audit {
namespace {

class OutsideChange : public ::testing::Test {
 protected:
  ~OutsideChange() override {
    ours_.reset();
    others_.reset();
    test::PostgresServer::shared().drop_database(name_);
  }
  std::unique_ptr<db::Database> open(const std::string& application) const {
    const auto url = test::PostgresServer::shared().url(name_);
    const std::string word =
        application.empty() ? ""
                            : (url.find('?') == std::string::npos ? "?" : "&") + ("application_name=" + application);
    return db::open_postgres({.url = base::Secret(url + word),
                              .statement_timeout = std::chrono::seconds(30),
                              .connect_timeout = std::chrono::seconds(30)});
  }
  static void run(db::Database& database, const std::string& sql) {
    database.write_blocking([&](db::Transaction& tx) { tx.execute_script(sql); });
  }
  void add_account(db::Database& database) {
    const auto hash = crypto::pack_password_hash("*");
    database.write_blocking([&](db::Transaction& tx) {
      tx.execute(
          "INSERT INTO account (id, username, username_skeleton, password_hash, state, roles, updated_at) VALUES ($1, "
          "'alice', '', $2, 'a', '', 0)",
          {db::Blob{id_.bytes()}, db::Blob{hash}});
    });
  }
  struct Told {
    std::optional<std::string> subject;
    boost::json::object fields;
    [[nodiscard]] std::string field(const char* name) const { return std::string(fields.at(name).as_string()); }
  };
  std::vector<Told> told() {
    return ours_->read_blocking([](db::Transaction& tx) {
      std::vector<Told> all;
      tx.query("SELECT subject, fields FROM audit_event WHERE type = 'database.changed_outside' ORDER BY seq", {},
               [&](const db::Row& row) {
                 all.push_back({row.is_null(0) ? std::nullopt : std::optional(row.blob(0)),
                                base::parse_json(row.text(1))->as_object()});
               });
      return all;
    });
  }

  const std::string name_ = test::PostgresServer::shared().create_database();
  base::FakeClock clock_;
  test::FakeRandom random_;
  const base::Uuid id_ = base::Uuid::v7(clock_, random_);
  std::unique_ptr<db::Database> ours_ = [this] {
    auto database = open("");
    db::migrate(*database, clock_);
    return database;
  }();
  std::unique_ptr<db::Database> others_ = open("psql");
};

TEST_F(OutsideChange, the_programs_own_writes_are_not_told) {
  add_account(*ours_);
  run(*ours_, "UPDATE account SET roles = 'admin'");
  run(*ours_, "DELETE FROM account");
  EXPECT_TRUE(told().empty());
}

TEST_F(OutsideChange, a_role_set_by_hand_is_told_with_who_and_what) {
  add_account(*ours_);
  run(*others_, "UPDATE account SET roles = 'admin', epoch = epoch + 1");
  const auto all = told();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].subject, id_.bytes());
  EXPECT_EQ(all[0].field("table"), "account");
  EXPECT_EQ(all[0].field("operation"), "update");
  EXPECT_EQ(all[0].field("columns"), "epoch roles");
  EXPECT_EQ(all[0].field("key"), id_.to_string());
  EXPECT_EQ(all[0].field("application"), "psql");
  EXPECT_FALSE(all[0].field("db_user").empty());
}

TEST_F(OutsideChange, every_kind_of_write_is_told_and_no_value) {
  add_account(*others_);
  run(*others_, "UPDATE account SET username = 'mallory'");
  run(*others_, "DELETE FROM account");
  run(*others_, "INSERT INTO server_secret (purpose, sealed, created_at) VALUES ('x', 'secretvalue', 0)");
  run(*others_, "TRUNCATE revocation");
  run(*others_, "TRUNCATE account CASCADE");
  std::string kinds;
  for (const auto& each : told()) {
    kinds += each.field("operation") + ":" + each.field("table") + " ";
    const auto text = boost::json::serialize(each.fields);
    for (const char* word : {"alice", "mallory", "secretvalue"}) EXPECT_EQ(text.find(word), std::string::npos);
  }
  EXPECT_EQ(kinds.substr(0, kinds.find("truncate")),
            "insert:account update:account delete:account insert:server_secret ");
  EXPECT_NE(kinds.find("truncate:revocation"), std::string::npos);
  EXPECT_NE(kinds.find("truncate:account"), std::string::npos);
}

// A new table is watched, or stands here with why not.
TEST_F(OutsideChange, every_table_that_decides_is_watched) {
  const std::set<std::string> not_watched{
      "audit_event",
      "audit_batch",  // their chain shows it
      "job",          // what it says is looked up again when it is done
      "error_report",
      "activity",          // nothing follows from them
      "schema_migration",  // the program's own texts are compared with it
  };
  std::map<std::string, int> triggers;
  ours_->read_blocking([&](db::Transaction& tx) {
    tx.query(
        "SELECT c.relname::text, count(t.oid) FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname "
        "IN "
        "(c.relname || '_changed_outside', c.relname || '_emptied_outside') "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname",
        {}, [&](const db::Row& row) { triggers[row.text(0)] = static_cast<int>(row.integer(1)); });
    return 0;
  });
  // And none of them says anything of what the program itself writes.
  const auto indifferent = ours_->read_blocking([](db::Transaction& tx) {
    return tx.query_one(
        "SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'audit_outside_change' "
        "AND pg_get_triggerdef(t.oid) NOT LIKE '%application_name%!~~ ''gatehouse\\%''%'",
        {}, [](const db::Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(indifferent, 0);
  ASSERT_GT(triggers.size(), not_watched.size());
  for (const auto& [table, count] : triggers) EXPECT_EQ(count, not_watched.contains(table) ? 0 : 2) << table;
}

TEST_F(OutsideChange, what_decides_beside_accounts_is_told_without_its_values) {
  add_account(*ours_);
  const auto account = "'" + id_.to_string() + "'";
  run(*others_, "INSERT INTO role (name, permissions, updated_at) VALUES ('member', 'canary:read', 0)");
  run(*others_, "UPDATE role SET permissions = 'canary:manage'");
  run(*others_, "INSERT INTO webhook_endpoint (id, from_seq, created_at, state, types, sealed) VALUES (" + account +
                    ", 0, 0, 'enabled', '', 'canary')");
  run(*others_, "UPDATE webhook_endpoint SET state = 'disabled'");
  run(*others_,
      "INSERT INTO invite (account_id, email_index, data_key_seed, profile_sealed, roles, created_at, "
      "expires_at) VALUES (" +
          account + ", 'canary', 'x', 'y', 'admin', 0, 1)");
  run(*others_, "UPDATE invite SET roles = 'admin owner'");
  run(*others_, "INSERT INTO mail_proof (id, account_id, purpose, email_index, created_at, expires_at) VALUES (" +
                    account + ", " + account + ", 'reset_password', 'canary', 0, 1)");
  run(*others_, "DELETE FROM mail_proof");
  run(*others_, "INSERT INTO known_client (digest, account_id, last_seen_at) VALUES ('canary', " + account + ", 0)");
  run(*others_, "INSERT INTO code_guard (id, failures, retry_at) VALUES (" + account + ", 9, 9)");
  run(*others_, "UPDATE code_guard SET failures = 0");
  run(*others_, "TRUNCATE address_block");
  std::string kinds;
  for (const auto& each : told()) {
    kinds += each.field("operation") + ":" + each.field("table") + " ";
    EXPECT_EQ(boost::json::serialize(each.fields).find("canary"), std::string::npos);
  }
  EXPECT_EQ(kinds,
            "insert:role update:role insert:webhook_endpoint update:webhook_endpoint insert:invite update:invite "
            "insert:mail_proof delete:mail_proof insert:known_client insert:code_guard update:code_guard "
            "truncate:address_block ");
}

// What a refresh moves has no trigger, since its condition would be a twentieth of a refresh (docs/adr/0060). A column
// that comes to the table is watched, or stands here with why not.
TEST_F(OutsideChange, of_a_session_all_is_watched_but_what_a_refresh_moves) {
  const std::set<std::string> not_watched{"counter", "rotated_at", "last_used_at", "idle_expires_at"};
  add_account(*ours_);
  run(*ours_, "INSERT INTO session VALUES ('" + id_.to_string() + "', '" + id_.to_string() +
                  "', 0, 0, 0, 0, 0, 1, 2, NULL, NULL, 'pwd', 'x')");
  std::vector<std::string> columns;
  ours_->read_blocking([&](db::Transaction& tx) {
    tx.query("SELECT column_name::text FROM information_schema.columns WHERE table_name = 'session'", {},
             [&](const db::Row& row) { columns.push_back(row.text(0)); });
    return 0;
  });
  ASSERT_GE(columns.size(), 13U);
  for (const auto& column : columns) {
    const auto before = told().size();
    run(*others_, "UPDATE session SET " + column + " = " + column);
    EXPECT_EQ(told().size() - before, not_watched.contains(column) ? 0U : 1U) << column;
  }
  const auto before = told().size();
  run(*others_, "UPDATE session SET counter = 7, amr = 'pwd otp'");
  ASSERT_EQ(told().size(), before + 1);
  EXPECT_EQ(told().back().field("columns"), "amr counter");
  run(*others_, "DELETE FROM session");
  EXPECT_EQ(told().back().field("operation"), "delete");
}

TEST_F(OutsideChange, nobody_is_told_of_what_was_rolled_back) {
  add_account(*ours_);
  EXPECT_ANY_THROW(others_->write_blocking([](db::Transaction& tx) {
    tx.execute("UPDATE account SET roles = 'admin'");
    throw std::runtime_error("undone");
  }));
  EXPECT_TRUE(told().empty());
}

}  // namespace
}  // namespace gatehouse::audit
