#include "app/housekeeper.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "app/audit_keeper.hpp"
#include "app/erased_list.hpp"
#include "app/identity_node.hpp"
#include "app/open_database.hpp"
#include "platform/db/migrations.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/server_process.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::app {
namespace {

namespace fs = std::filesystem;
using contract::AccountId;
using db::Blob;
using std::chrono::hours;

constexpr hours kDay{24};

// Another one for each, and none the default: a sweep that obeys its neighbour's shows.
PrivacySettings unusual() {
  return {.keep_ended_sessions = 3 * kDay,
          .keep_known_devices = 5 * kDay,
          .keep_dead_jobs = 7 * kDay,
          .keep_errors = 9 * kDay,
          .keep_letters = 11 * kDay,
          .keep_erased_ids = 13 * kDay};
}

std::set<std::string> exactly(std::initializer_list<std::string_view> ids) { return {ids.begin(), ids.end()}; }

enum class On { sqlite, postgres };

class HousekeeperTest : public ::testing::TestWithParam<On> {
 protected:
  HousekeeperTest() {
    settings_.data.dir = folder_.path();
    settings_.privacy = unusual();
    if (GetParam() == On::postgres) {
      name_ = test::PostgresServer::shared().create_database();
      settings_.database.url = base::Secret(test::PostgresServer::shared().url(name_));
    }
    auto database = open_database(settings_, log_.logger(), std::chrono::seconds(30));
    db::migrate(*database, clock_);
    crypto::MasterKeys masters(crypto::SealingKey::generate(random_));
    auto secrets = identity::load_or_create_server_secrets(*database, masters, random_, clock_);
    at_ = std::make_unique<Installation>(settings_, clock_, random_, std::move(database), std::move(masters),
                                         std::move(*secrets));
    EXPECT_TRUE(at_->keys.ensure());
  }
  ~HousekeeperTest() override {
    housekeeper_.reset();
    loops_.stop();
    at_.reset();
    if (!name_.empty()) test::PostgresServer::shared().drop_database(name_);
  }

  void tend() {
    if (!housekeeper_) {
      housekeeper_ = std::make_unique<Housekeeper>(
          *at_, gates_, nullptr, [] {}, log_.logger(), metrics_);
      housekeeper_->on_erased([this](const auto& gone) { clean_up_behind(*at_, gone); });
      loops_.start();
    }
    housekeeper_->tend();
    EXPECT_FALSE(log_.contains("housekeeping_failed")) << log_.lines().back();
  }
  template <class F>
  auto write(F fn) {
    return at_->database->write_blocking([&](db::Transaction& tx) { return fn(tx); });
  }
  std::int64_t count(const std::string& rows) {
    return *at_->database->read_blocking([&](db::Transaction& tx) {
      return tx.query_one("SELECT count(*) FROM " + rows, {}, [](const db::Row& row) { return row.integer(0); });
    });
  }
  void enter(const std::string& row, std::initializer_list<db::Value> values) {
    write([&](db::Transaction& tx) { tx.execute("INSERT INTO " + row, values); });
  }
  std::set<std::string> ids(const std::string& rows) {
    std::set<std::string> found;
    at_->database->read_blocking([&](db::Transaction& tx) {
      tx.query("SELECT " + rows, {}, [&](const db::Row& row) { found.insert(row.blob(0)); });
    });
    return found;
  }
  base::TimePoint now() const { return clock_.now(); }
  base::Uuid id() { return base::Uuid::random(random_); }

  AccountId add(const std::string& name) {
    const AccountId account(base::Uuid::v7(clock_, random_));
    write([&](db::Transaction& tx) {
      ASSERT_TRUE(at_->accounts.insert(tx, {.id = account,
                                            .username = name,
                                            .username_skeleton = name,
                                            .email_index = name + "-index",
                                            .data_key_seed = std::string(16, 's'),
                                            .profile_sealed = "sealed",
                                            .password_hash = "*",
                                            .created_at = now()}));
    });
    return account;
  }
  AccountId invite(const std::string& index, hours lasts = kDay) {
    const AccountId invited(base::Uuid::v7(clock_, random_));
    write([&](db::Transaction& tx) {
      ASSERT_TRUE(at_->invites.insert(tx, {.id = invited,
                                           .email_index = index,
                                           .data_key_seed = std::string(16, 's'),
                                           .profile_sealed = "sealed",
                                           .roles = {"member"},
                                           .created_at = now(),
                                           .expires_at = now() + lasts}));
    });
    return invited;
  }
  void erase(AccountId account) {
    write([&](db::Transaction& tx) { ASSERT_TRUE(at_->erasures.erase(tx, account, {"owner"}, now())); });
  }
  AccountId erased_at(base::TimePoint when) {
    const AccountId gone(id());
    enter("erased_account (id, erased_at) VALUES ($1, $2)", {Blob{gone.bytes()}, base::to_unix_ms(when)});
    return gone;
  }

  // As FolderMailer names them.
  void letter(const std::string& tag, base::TimePoint written, const std::string& end = "eml") {
    fs::create_directories(folder_.path() / "mail");
    const auto name = std::to_string(base::to_unix_ms(written)) + "." + tag + "." + id().to_string() + "." + end;
    std::ofstream(folder_.path() / "mail" / name) << "To: somebody@example.org";
  }
  std::multiset<std::string> tags() {
    std::multiset<std::string> found;
    for (const auto& file : fs::directory_iterator(folder_.path() / "mail")) {
      const auto name = file.path().filename().string();
      const auto begin = name.find('.') + 1;
      found.insert(name.substr(begin, name.find('.', begin) - begin));
    }
    return found;
  }

  test::TempDir folder_;
  Settings settings_;
  base::FakeClock clock_;
  base::SystemRandom random_;
  telemetry::CollectedLog log_;
  telemetry::Metrics metrics_;
  std::string name_;
  std::unique_ptr<Installation> at_;
  runtime::EventLoops loops_{1};
  gate::Gates gates_{loops_, {}, gate::Policy({}, gate::Access::nobody), clock_, metrics_};
  std::unique_ptr<Housekeeper> housekeeper_;
};

INSTANTIATE_TEST_SUITE_P(OnBoth, HousekeeperTest, ::testing::Values(On::sqlite, On::postgres),
                         [](const auto& on) { return std::string(on.param == On::sqlite ? "sqlite" : "postgres"); });

TEST_P(HousekeeperTest, U08_a_letter_goes_with_the_account_or_the_invite_it_was_written_for) {
  const auto stays = add("ada");
  const auto erased = add("bob");
  const auto open = invite("carol-index");
  const auto withdrawn = invite("dan-index");
  const auto expired = invite("eve-index", hours(1));
  const auto to_bob = invite("bob-index");  // who has registered by himself
  for (const auto& whose : {stays, erased, open, withdrawn, expired, to_bob}) letter(whose.to_string(), now());
  letter(to_bob.to_string(), now(), "eml.partial");
  letter("alert", now());
  tend();
  EXPECT_EQ(tags().size(), 8U) << "all are somebody's";

  erase(erased);
  write([&](db::Transaction& tx) { ASSERT_TRUE(at_->invites.remove(tx, withdrawn)); });
  clock_.advance(hours(2));
  tend();
  EXPECT_EQ(tags(), (std::multiset<std::string>{stays.to_string(), open.to_string(), "alert"}));
}

TEST_P(HousekeeperTest, U08_a_letter_that_was_being_written_meanwhile_goes_the_next_time) {
  const auto to_bob = invite("bob-index");
  erase(add("bob"));
  tend();
  letter(to_bob.to_string(), now());
  tend();
  EXPECT_TRUE(tags().empty());
}

// An hour on either side of a limit, of a setting's own value: what is older goes, what is younger stays.
TEST_P(HousekeeperTest, ended_sessions_are_kept_as_long_as_the_setting_says) {
  const auto account = add("ada");
  const contract::SessionId older(id()), younger(id()), alive(id());
  const auto begin = [&](const contract::SessionId& session) {
    write([&](db::Transaction& tx) {
      (void)at_->sessions.insert_capped(tx, {session, account, "client", {"pwd"}}, now());
    });
  };
  const auto end = [&](const contract::SessionId& session, base::TimePoint when) {
    write(
        [&](db::Transaction& tx) { ASSERT_TRUE(at_->sessions.end(tx, session, identity::EndReason::sign_out, when)); });
  };
  for (const auto& session : {older, younger, alive}) begin(session);
  clock_.advance(4 * kDay);
  end(older, now() - settings_.privacy.keep_ended_sessions - hours(1));
  end(younger, now() - settings_.privacy.keep_ended_sessions + hours(1));
  tend();
  EXPECT_EQ(ids("id FROM session"), exactly({younger.bytes(), alive.bytes()}));
}

TEST_P(HousekeeperTest, known_devices_are_kept_as_long_as_the_setting_says) {
  const auto account = add("ada");
  const auto seen = [&](const std::string& digest, base::TimePoint when) {
    enter("known_client (digest, account_id, last_seen_at) VALUES ($1, $2, $3)",
          {Blob{digest}, Blob{account.bytes()}, base::to_unix_ms(when)});
  };
  seen("older", now() - settings_.privacy.keep_known_devices - hours(1));
  seen("younger", now() - settings_.privacy.keep_known_devices + hours(1));
  tend();
  EXPECT_EQ(ids("digest FROM known_client"), exactly({"younger"}));
}

TEST_P(HousekeeperTest, letters_in_the_folder_are_kept_as_long_as_the_setting_says) {
  letter("older", now() - settings_.privacy.keep_letters - hours(1));
  letter("half-written", now() - settings_.privacy.keep_letters - hours(1), "eml.partial");
  letter("younger", now() - settings_.privacy.keep_letters + hours(1));
  tend();
  EXPECT_EQ(tags(), std::multiset<std::string>{"younger"});
}

TEST_P(HousekeeperTest, ids_of_erased_accounts_are_kept_as_long_as_the_setting_says) {
  (void)erased_at(now() - settings_.privacy.keep_erased_ids - hours(1));
  const auto younger = erased_at(now() - settings_.privacy.keep_erased_ids + hours(1));
  tend();
  EXPECT_EQ(ids("id FROM erased_account"), exactly({younger.bytes()}));
  EXPECT_EQ(read_erased_list(folder_.path()), std::vector{younger});
  clock_.advance(hours(2));
  tend();
  EXPECT_EQ(count("erased_account"), 0);
  EXPECT_TRUE(read_erased_list(folder_.path()).empty());
}

// As it was written by earlier versions.
TEST_P(HousekeeperTest, an_erased_id_whose_line_has_no_time_is_kept_as_long_as_one_of_today) {
  const AccountId old(id());
  std::ofstream(folder_.path() / "erased.ids") << old.to_string() << "\n";
  const auto recent = erased_at(now());
  tend();
  EXPECT_EQ(read_erased_list(folder_.path()), (std::vector{old, recent}));
  clock_.advance(settings_.privacy.keep_erased_ids - hours(1));
  tend();
  EXPECT_EQ(read_erased_list(folder_.path()), (std::vector{old, recent}));
  clock_.advance(hours(2));
  tend();
  EXPECT_TRUE(read_erased_list(folder_.path()).empty());
}

TEST_P(HousekeeperTest, answers_5xx_are_kept_as_long_as_the_setting_says) {
  write([&](db::Transaction& tx) {
    const audit::ErrorStore errors;
    errors.insert(tx, {.error_id = "older", .at = now() - settings_.privacy.keep_errors - hours(1)});
    errors.insert(tx, {.error_id = "younger", .at = now() - settings_.privacy.keep_errors + hours(1)});
  });
  AuditKeeper(*at_, {}, log_.logger(), metrics_).sweep();
  EXPECT_EQ(count("error_report WHERE error_id = 'older'"), 0);
  EXPECT_EQ(count("error_report WHERE error_id = 'younger'"), 1);
}

TEST_P(HousekeeperTest, an_account_is_erased_when_its_days_of_grace_are_over_and_not_before) {
  const auto over = add("ada");
  const auto waits = add("bob");
  write([&](db::Transaction& tx) {
    (void)at_->erasures.request(tx, over, now(), now() + hours(1));
    (void)at_->erasures.request(tx, waits, now(), now() + hours(3));
  });
  clock_.advance(hours(2));
  tend();
  EXPECT_EQ(ids("id FROM account"), exactly({waits.bytes()}));
  EXPECT_EQ(read_erased_list(folder_.path()), std::vector{over});
}

// What has a lifetime of its own, which no setting changes.
TEST_P(HousekeeperTest, what_has_expired_goes_and_what_has_not_stays) {
  const auto account = add("ada");
  const base::Uuid over = id(), lasts = id();
  const auto address = [](const char* text) { return base::IpAddress::parse(text).value(); };
  write([&](db::Transaction& tx) {
    (void)at_->revocations.revoke_tokens_before(tx, account, 1, now() - kDay);
    (void)at_->revocations.revoke_tokens_before(tx, account, 2, now());
    for (const auto& [ticket, until] : {std::pair{over, now() - hours(1)}, std::pair{lasts, now() + hours(1)}}) {
      at_->sign_in_steps.insert(
          tx, {.id = std::string(ticket.bytes()), .account = account, .proven = "proven", .expires_at = until});
      EXPECT_TRUE(at_->sign_in_steps.spend(tx, ticket.bytes(), until));
      at_->proofs.add(tx, {.id = ticket,
                           .account = account,
                           .email_index = "ada-index",
                           .created_at = now() - 3 * kDay,
                           .expires_at = until - hours(1)});  // kept for an hour more
      at_->activities.put(tx, ticket, {.slot = until - identity::ActivityStore::kKept, .activity = {}});
    }
    EXPECT_TRUE(at_->address_blocks.block(tx, address("192.0.2.1"), now() - hours(2), now() - hours(1)));
    EXPECT_TRUE(at_->address_blocks.block(tx, address("192.0.2.2"), now() - hours(2), now() + hours(1)));
  });
  (void)invite("over-index", hours(-1));
  const auto open = invite("open-index", hours(1));
  tend();
  EXPECT_EQ(count("revocation WHERE min_epoch = 1"), 0);
  EXPECT_EQ(count("revocation WHERE min_epoch = 2"), 1);
  const auto left = exactly({lasts.bytes()});
  EXPECT_EQ(ids("id FROM sign_in_step"), left);
  EXPECT_EQ(ids("id FROM spent_ticket"), left);
  EXPECT_EQ(ids("id FROM mail_proof"), left);
  EXPECT_EQ(ids("id FROM activity"), left);
  EXPECT_EQ(ids("account_id FROM invite"), exactly({open.bytes()}));
  EXPECT_EQ(count("address_block"), 1);
  EXPECT_EQ(count("address_block WHERE until > " + std::to_string(base::to_unix_ms(now()))), 1);
}

// Each queue has a worker of its own, which sweeps its dead.
TEST(IdentityNodeTest, jobs_that_were_given_up_are_kept_in_every_queue_as_long_as_the_setting_says) {
  const test::TempDir folder;
  Settings settings;
  settings.data.dir = folder.path();
  settings.privacy = unusual();
  base::ReferenceClock clock;
  base::SystemRandom random;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  runtime::EventLoops loops(1);
  gate::Gates gates(loops, {}, gate::Policy({}, gate::Access::nobody), clock, metrics);
  IdentityNode node(settings, gates, gates, nullptr, nullptr, clock, random, log.logger(), metrics);
  const auto database = open_database(settings, log.logger());
  const std::set<std::string> queues{std::string(identity::kMailQueue), std::string(identity::kRecoveryQueue),
                                     std::string(identity::kAlertQueue), std::string(identity::kWebhookQueue)};
  ASSERT_EQ(queues.size(), 4U);
  database->write_blocking([&](db::Transaction& tx) {
    for (const auto& queue : queues) {
      for (const auto& [kind, beyond] : {std::pair{"older", hours(1)}, std::pair{"younger", hours(-1)}}) {
        const auto died = clock.now() - settings.privacy.keep_dead_jobs - beyond;
        tx.execute(
            "INSERT INTO job (id, queue, kind, payload, state, due_at, created_at) VALUES ($1, $2, $3, '{}', 'dead', "
            "$4, $4)",
            {Blob{base::Uuid::random(random).bytes()}, queue, kind, base::to_unix_ms(died)});
      }
    }
  });
  const auto left = [&](const std::string& kind) {
    std::set<std::string> found;
    database->read_blocking([&](db::Transaction& tx) {
      tx.query("SELECT queue FROM job WHERE kind = $1", {kind}, [&](const db::Row& row) { found.insert(row.text(0)); });
    });
    return found;
  };
  loops.start();
  node.start();
  EXPECT_TRUE(test::wait_until([&] { return left("older").empty(); }, std::chrono::seconds(60)));
  node.stop();
  loops.stop();
  EXPECT_EQ(left("older"), std::set<std::string>());
  EXPECT_EQ(left("younger"), queues);
}

}  // namespace
}  // namespace gatehouse::app
