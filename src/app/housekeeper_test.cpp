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
      housekeeper_ = std::make_unique<Housekeeper>(*at_, gates_, nullptr, [] {}, log_.logger(), metrics_);
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

INSTANTIATE_TEST_SUITE_P(OnBoth, HousekeeperTest, ::testing::Values(On::sqlite, On::postgres), [](const auto& on) {
  return std::string(on.param == On::sqlite ? "sqlite" : "postgres");
});

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

}  // namespace
}  // namespace gatehouse::app
