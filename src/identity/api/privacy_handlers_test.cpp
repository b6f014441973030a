#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "identity/api/api_fixture.hpp"
#include "identity/factor/code_guard.hpp"
#include "identity/privacy/deletion_letter.hpp"

namespace gatehouse::identity {
namespace {

using std::chrono::hours;

class PrivacyHandlers : public ::testing::Test {
 protected:
  PrivacyHandlers() {
    account_ = stack_.register_account("canaryname").id;
    login_ = stack_.login_as("canaryname");
  }
  Headers me() { return ApiStack::bearer(login_); }
  Reply ask_for_deletion(std::string_view password = IdentityStack::kPassword) {
    return stack_.post("/v1/me/deletion", {{"password", password}}, me());
  }
  // What the housekeeper does.
  std::size_t sweep() {
    return stack_.database.write_blocking([&](db::Transaction& tx) {
      const auto due = stack_.erasures.due(tx, stack_.clock.now(), 10);
      for (const auto& id : due) EXPECT_TRUE(stack_.erasures.erase(tx, id, {"owner"}, stack_.clock.now()));
      return due.size();
    });
  }

  ApiStack stack_;
  contract::AccountId account_;
  Reply login_;
};

// Every name that stands in docs/api/member-data.md as `name`, first in a row of a table.
std::set<std::string> documented_names() {
  std::ifstream file(GATEHOUSE_SOURCE_DIR "/docs/api/member-data.md");
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    names.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return names;
}

void collect_names(const boost::json::value& value, const std::string& prefix, std::set<std::string>& names) {
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) collect_names(item, prefix + "[]", names);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      const auto name = prefix.empty() ? std::string(key) : prefix + "." + std::string(key);
      names.insert(name);
      if (key != "fields") collect_names(member, name, names);
    }
  }
}

TEST_F(PrivacyHandlers, a_members_data_is_what_the_documentation_names_and_all_of_it) {
  EXPECT_EQ(ask_for_deletion().status, 202U);
  stack_.database.write_blocking(
      [&](db::Transaction& tx) { (void)CodeGuard().count_failure(tx, account_, stack_.clock.now()); });
  const auto reply = stack_.get("/v1/me/data", me());
  ASSERT_EQ(reply.status, 200U);
  std::set<std::string> names;
  collect_names(reply.json(), "", names);
  EXPECT_EQ(names, documented_names());
  EXPECT_EQ(reply.header("Content-Disposition"), "attachment; filename=\"my-data.json\"");
}

// Or a table that is added later would hold something of a member that no download shows.
TEST_F(PrivacyHandlers, every_table_that_refers_to_an_account_is_in_a_members_data_or_left_out_for_a_reason) {
  struct Shown {
    std::string as;  // a name in the document; or empty:
    std::string_view or_why_not{};
  };
  const std::map<std::string, Shown> tables{
      {"account", {"account"}},
      {"account_profile", {"account.email"}},
      {"account_deletion", {"deletion"}},
      {"unproven_email", {"account.email_verified"}},
      {"session", {"sessions"}},
      {"known_client", {"devices"}},
      {"mail_proof", {"mail_links"}},
      {"factor", {"factors"}},
      {"recovery_code", {"recovery_codes"}},
      {"sign_in_demand", {"sign_in_acr"}},
      {"code_guard", {"wrong_codes"}},
      {"sign_in_step", {"", "lasts minutes, and holds a digest of what lets somebody in"}},
  };
  std::set<std::string> referring{"account"};
  stack_.database.read_blocking([&](db::Transaction& tx) {
    tx.query(
        "SELECT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND "
        "f.\"table\" = 'account'",
        {}, [&](const db::Row& row) { referring.insert(row.text(0)); });
  });
  std::set<std::string> accounted_for;
  const auto names = documented_names();
  for (const auto& [table, shown] : tables) {
    accounted_for.insert(table);
    EXPECT_TRUE(names.contains(shown.as) || !shown.or_why_not.empty()) << table;
  }
  EXPECT_EQ(referring, accounted_for);
}

TEST_F(PrivacyHandlers, a_members_data_has_what_they_did_to_others_and_nothing_of_these_others) {
  const auto other = stack_.register_account("another").id;
  const auto nobody = base::Uuid::v7(stack_.clock, stack_.random);
  stack_.database.write_blocking([&](db::Transaction& tx) {
    const audit::Log log(stack_.clock);
    log.record(tx, {.type = audit::type::kRolesSet,
                    .actor = account_.uuid(),
                    .subject = other.uuid(),
                    .fields = {{"roles", "of-the-other"}}});
    log.record(tx,
               {.type = audit::type::kMailRetried, .actor = account_.uuid(), .fields = {{"job", nobody.to_string()}}});
    log.record(tx, {.type = audit::type::kRolesSet, .actor = other.uuid(), .subject = account_.uuid()});
    log.record(tx, {.type = audit::type::kRolesSet, .actor = other.uuid(), .subject = other.uuid()});
  });
  const auto data = stack_.get("/v1/me/data", me()).json();
  const auto& events = data.at("events").as_array();
  const auto expect = [&](std::size_t at, std::string_view by, std::string_view concerns, std::size_t fields) {
    EXPECT_EQ(events.at(at).at("by").as_string(), by) << at;
    EXPECT_EQ(events.at(at).at("concerns").as_string(), concerns) << at;
    EXPECT_EQ(events.at(at).at("fields").as_object().size(), fields) << at;
  };
  expect(0, "somebody else", "you", 0);
  expect(1, "you", "nobody", 1);
  expect(2, "you", "somebody else", 0);
  const auto text = boost::json::serialize(data);
  EXPECT_EQ(text.find(other.to_string()), std::string::npos);
  EXPECT_EQ(text.find("of-the-other"), std::string::npos);
  // What was done to oneself is there once.
  std::size_t own = 0;
  for (const auto& event : events) {
    if (event.at("type").as_string() == audit::type::kSignInSucceeded) ++own;
  }
  EXPECT_EQ(own, 1U);
}

TEST_F(PrivacyHandlers, a_members_data_says_where_it_was_cut) {
  const auto uncut = stack_.get("/v1/me/data", me()).json();
  EXPECT_EQ(uncut.at("truncated"), boost::json::value({{"sessions", false}, {"events", false}}));
  const auto fill = [&](const std::string& sql, std::size_t rows) {
    stack_.database.write_blocking([&](db::Transaction& tx) {
      tx.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) INSERT INTO " + sql,
                 {db::Blob{account_.bytes()}, static_cast<std::int64_t>(rows)});
    });
  };
  fill(
      "session (id, account_id, created_at, last_used_at, counter, rotated_at, client_sealed, amr, auth_time, "
      "idle_expires_at, expires_at, ended_at) SELECT randomblob(16), $1, i, i, 0, i, x'00', 'pwd', i, i, i, i FROM n",
      MemberData::kMaxSessions);
  fill("audit_event (at, actor, type, fields) SELECT i, $1, 'filling', '{}' FROM n", MemberData::kMaxEvents);
  const auto reply = stack_.get("/v1/me/data", me());
  ASSERT_EQ(reply.status, 200U);
  const auto data = boost::json::parse(reply.raw.body);  // longer than what is taken from outside
  EXPECT_EQ(data.at("truncated"), boost::json::value({{"sessions", true}, {"events", true}}));
  EXPECT_EQ(data.at("sessions").as_array().size(), MemberData::kMaxSessions);
  EXPECT_EQ(data.at("events").as_array().size(), MemberData::kMaxEvents);
  EXPECT_TRUE(data.at("sessions").at(0).at("ended_at").is_null()) << "the newest is there";
}

TEST_F(PrivacyHandlers, a_members_data_has_the_address_that_is_not_proven_and_the_wrong_codes) {
  const auto before = stack_.get("/v1/me/data", me()).json();
  EXPECT_TRUE(before.at("wrong_codes").is_null());
  EXPECT_EQ(before.at("sign_in_acr"), stack_.get("/v1/factors", me()).json().at("sign_in_acr"));
  EXPECT_EQ(before.at("account").at("email_verified"), stack_.get("/v1/me", me()).json().at("email_verified"));
  stack_.database.write_blocking([&](db::Transaction& tx) {
    const CodeGuard guard;
    for (int i = 0; i < 20; ++i) (void)guard.count_failure(tx, account_, stack_.clock.now());
  });
  const auto after = stack_.get("/v1/me/data", me()).json();
  EXPECT_EQ(after.at("wrong_codes").at("count").as_int64(), 20);
  EXPECT_FALSE(after.at("wrong_codes").at("retry_at").is_null());
}

TEST_F(PrivacyHandlers, a_members_data_holds_what_is_theirs_and_nothing_that_lets_others_in) {
  (void)stack_.register_account("another");
  (void)stack_.login_as("another");
  const auto data = stack_.get("/v1/me/data", me()).json();
  const auto text = boost::json::serialize(data);
  EXPECT_EQ(data.at("account").at("email").as_string(), "canaryname@example.org");
  EXPECT_EQ(data.at("sessions").as_array().size(), 1U);
  for (const char* not_theirs : {"another", "$argon2", "password_hash", "data_key_seed"}) {
    EXPECT_EQ(text.find(not_theirs), std::string::npos) << not_theirs;
  }
}

TEST_F(PrivacyHandlers, a_download_is_itself_an_event) {
  (void)stack_.get("/v1/me/data", me());
  const auto again = stack_.get("/v1/me/data", me()).json();
  const auto& newest = again.at("events").at(0);
  EXPECT_EQ(newest.at("type").as_string(), "account.data_exported");
  EXPECT_EQ(newest.at("by").as_string(), "you");
}

TEST_F(PrivacyHandlers, a_deletion_shows_and_can_be_cancelled) {
  const auto asked = ask_for_deletion();
  ASSERT_EQ(asked.status, 202U);
  EXPECT_EQ(stack_.get("/v1/me", me()).text("deletion_at"), asked.text("deletion_at"));
  stack_.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(ask_for_deletion().text("deletion_at"), asked.text("deletion_at")) << "asking again changes nothing";
  EXPECT_EQ(stack_.send(http::Method::delete_, "/v1/me/deletion", me()).status, 204U);
  EXPECT_EQ(stack_.send(http::Method::delete_, "/v1/me/deletion", me()).status, 404U);
  EXPECT_TRUE(stack_.get("/v1/me", me()).json().at("deletion_at").is_null());
  stack_.clock.advance(hours(24 * 8));
  EXPECT_EQ(sweep(), 0U);
}

TEST_F(PrivacyHandlers, the_letter_of_a_deletion_says_the_day_and_is_not_sent_once_it_is_cancelled) {
  const auto day = ask_for_deletion().text("deletion_at").substr(0, 10);
  const auto letter = deletion_letter(stack_.erasures);
  const auto said = [&] {
    return stack_.database.read_blocking(
        [&](db::Transaction& tx) { return letter(tx, {.kind = MailKind::account_deletion, .account = account_}); });
  };
  ASSERT_TRUE(said());
  EXPECT_EQ(said()->values.at("date"), day);
  EXPECT_EQ(stack_.send(http::Method::delete_, "/v1/me/deletion", me()).status, 204U);
  EXPECT_FALSE(said());
}

TEST_F(PrivacyHandlers, a_deletion_needs_the_password_or_a_fresh_sign_in) {
  EXPECT_EQ(ask_for_deletion("not the password").status, 403U);
  stack_.clock.advance(std::chrono::minutes(6));
  const auto stale = stack_.post("/v1/me/deletion", boost::json::object(), me());
  EXPECT_EQ(stale.status, 400U);
  EXPECT_EQ(stale.fields(), "password");
  EXPECT_TRUE(stack_.get("/v1/me", me()).json().at("deletion_at").is_null());
}

TEST_F(PrivacyHandlers, until_its_time_the_account_works_as_before_and_a_sign_in_can_save_it) {
  ASSERT_EQ(ask_for_deletion().status, 202U);
  stack_.clock.advance(hours(24 * 6));
  EXPECT_EQ(sweep(), 0U);
  const auto later = stack_.login_as("canaryname");
  ASSERT_EQ(later.status, 200U);
  EXPECT_FALSE(stack_.get("/v1/me", ApiStack::bearer(later)).text("deletion_at").empty());
}

TEST_F(PrivacyHandlers, U08_who_registers_an_erased_members_names_inherits_nothing) {
  ASSERT_EQ(ask_for_deletion().status, 202U);
  stack_.clock.advance(hours(24 * 7));
  ASSERT_EQ(sweep(), 1U);
  EXPECT_EQ(stack_.login_as("canaryname").status, 401U);
  const auto heir = stack_.register_account("canaryname");
  EXPECT_NE(heir.id, account_);
  const auto data = stack_.get("/v1/me/data", ApiStack::bearer(stack_.login_as("canaryname"))).json();
  EXPECT_EQ(data.at("sessions").as_array().size(), 1U) << "their own";
  EXPECT_TRUE(data.at("events").as_array().empty() ||
              data.at("events").at(0).at("type").as_string() != "account.erased");
}

TEST_F(PrivacyHandlers, S05_U08_no_token_or_link_of_an_erased_account_opens_anything_of_its_heir) {
  (void)stack_.mails();
  ASSERT_EQ(stack_.register_as("twice").status, 201U);
  const auto first = stack_.login_as("twice");
  const auto letters = stack_.mails();
  ASSERT_EQ(letters.size(), 1U);
  const std::string link(stack_.one_time_tokens.encode(TokenPurpose::verify_email, letters[0].reference).expose());
  const auto path = "/v1/admin/accounts/" + letters[0].account.to_string();
  ASSERT_EQ(stack_.send(http::Method::delete_, path, stack_.admin()).status, 204U);

  ASSERT_EQ(stack_.register_as("twice").status, 201U) << "the names are free";
  const auto heir = stack_.login_as("twice");
  EXPECT_EQ(stack_.get("/v1/me", ApiStack::bearer(first)).status, 401U);
  EXPECT_EQ(stack_.post("/v1/refresh", {{"refresh_token", first.text("refresh_token")}}).status, 401U);
  EXPECT_EQ(stack_.post("/v1/email/verify", {{"token", link}}).slug(), "/problems/link-refused");
  const auto me = stack_.get("/v1/me", ApiStack::bearer(heir)).json();
  EXPECT_FALSE(me.at("email_verified").as_bool());
  EXPECT_EQ(me.at("factors").as_int64(), 0);
}

TEST_F(PrivacyHandlers, B07_a_deletion_is_ones_own_and_its_time_is_not_for_choosing) {
  const auto other = stack_.register_account("another");
  const auto before = ApiStack::bearer(stack_.login_as("another"));
  for (const char* extra : {"account", "account_id", "id", "deletion_at", "erase_at", "grace"}) {
    const boost::json::object body{{"password", IdentityStack::kPassword}, {extra, other.id.to_string()}};
    EXPECT_EQ(stack_.post("/v1/me/deletion", body, me()).status, 400U) << extra;
  }
  EXPECT_TRUE(stack_.get("/v1/me", me()).json().at("deletion_at").is_null());
  EXPECT_TRUE(stack_.get("/v1/me", before).json().at("deletion_at").is_null());
}

TEST_F(PrivacyHandlers, B06_nobody_downloads_anybody_elses_data) {
  const auto other = stack_.register_account("another").id.to_string();
  for (const auto& query : {"?account=" + other, "?id=" + other, "?account_id=" + other + "&subject=" + other}) {
    const auto reply = stack_.get("/v1/me/data" + query, me());
    EXPECT_TRUE(reply.status == 400U || reply.json().at("account").at("id").as_string() == account_.to_string());
    EXPECT_EQ(reply.raw.body.find(other), std::string::npos) << query;
  }
  EXPECT_EQ(stack_.get("/v1/me/data").status, 401U);
}

TEST_F(PrivacyHandlers, an_administrator_erases_at_once_and_at_every_gate) {
  const auto admin = stack_.admin();
  const auto path = "/v1/admin/accounts/" + account_.to_string();
  EXPECT_EQ(stack_.send(http::Method::delete_, path, me()).status, 403U) << "a member may not";
  EXPECT_EQ(stack_.send(http::Method::delete_, path, admin).status, 204U);
  EXPECT_EQ(stack_.get("/v1/me", me()).status, 401U);
  EXPECT_EQ(stack_.get(path, admin).status, 404U);
}

TEST_F(PrivacyHandlers, B06_an_id_that_nobody_has_is_not_found) {
  const auto admin = stack_.admin();
  for (const char* id : {"01890000-0000-7000-8000-000000000000", "not-an-id"}) {
    EXPECT_EQ(stack_.send(http::Method::delete_, "/v1/admin/accounts/" + std::string(id), admin).status, 404U) << id;
  }
}

}  // namespace
}  // namespace gatehouse::identity
