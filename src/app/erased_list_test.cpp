#include "app/erased_list.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "tests/support/fake_random.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::app {
namespace {

namespace fs = std::filesystem;
using contract::AccountId;
using std::chrono::hours;

class ErasedListTest : public ::testing::Test {
 protected:
  AccountId erased_in(db::Database& database) {
    const AccountId gone(base::Uuid::v7(clock_, random_));
    database.write_blocking([&](db::Transaction& tx) {
      tx.execute("INSERT INTO erased_account (id, erased_at) VALUES ($1, $2)",
                 {db::Blob{gone.bytes()}, base::to_unix_ms(clock_.now())});
    });
    return gone;
  }
  void complete(db::Database& database) {
    complete_erased_list(folder_.path(), database, erasures_, [](const auto&) {});
  }
  std::vector<AccountId> listed() { return read_erased_list(folder_.path()); }
  std::string text() {
    std::ifstream file(folder_.path() / "erased.ids");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  test::TempDir folder_;
  base::FakeClock clock_;
  test::FakeRandom random_;
  const audit::Log events_{clock_};
  const identity::AccountStore accounts_;
  const identity::RevocationStore revocations_{std::chrono::minutes(15)};
  const identity::SessionStore sessions_{{}, revocations_};
  const identity::ErasureStore erasures_{{accounts_, sessions_, revocations_, events_}};
};

TEST_F(ErasedListTest, a_line_says_who_and_when_as_the_command_does) {
  const auto database = test::sqlite_in_memory();
  const auto gone = erased_in(database->database());
  complete(database->database());
  EXPECT_EQ(text(), gone.to_string() + " " + std::to_string(base::to_unix_ms(clock_.now())) + "\n");
  EXPECT_EQ(fs::status(folder_.path() / "erased.ids").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ErasedListTest, reads_lines_with_a_time_and_without_and_refuses_what_is_no_id) {
  const auto one = AccountId(base::Uuid::v7(clock_, random_)), two = AccountId(base::Uuid::v7(clock_, random_));
  std::istringstream both(one.to_string() + "\n\n" + two.to_string() + " 1800000000000\r\n");
  EXPECT_EQ(read_ids(both), (std::vector{one, two}));
  std::istringstream neither("somebody\n");
  EXPECT_THROW((void)read_ids(neither), std::runtime_error);
}

TEST_F(ErasedListTest, what_a_killed_process_left_of_a_new_list_is_never_read_and_hinders_nobody) {
  const auto database = test::sqlite_in_memory();
  const auto first = erased_in(database->database());
  complete(database->database());
  std::ofstream(folder_.path() / "erased.ids.new") << "0189";
  EXPECT_EQ(listed(), std::vector{first});
  clock_.advance(hours(1));
  const auto second = erased_in(database->database());
  complete(database->database());
  EXPECT_EQ(listed(), (std::vector{first, second}));
  EXPECT_FALSE(fs::exists(folder_.path() / "erased.ids.new"));
}

TEST_F(ErasedListTest, the_list_stays_as_it_was_when_a_new_one_can_not_be_written) {
  const auto database = test::sqlite_in_memory();
  (void)erased_in(database->database());
  complete(database->database());
  const auto before = text();
  fs::create_directory(folder_.path() / "erased.ids.new");
  EXPECT_THROW(forget_listed(folder_.path(), clock_.now(), clock_.now()), std::runtime_error);
  EXPECT_EQ(text(), before);
}

// A command and a serving process, say.
TEST_F(ErasedListTest, of_many_that_change_the_list_at_once_each_has_its_way) {
  constexpr int kWriters = 6;
  std::vector<std::unique_ptr<test::TestDatabase>> databases;
  std::set<std::string> expected;
  for (int i = 0; i < kWriters; ++i) {
    databases.push_back(test::sqlite_in_memory());
    for (int rows = 0; rows < 20; ++rows) expected.insert(erased_in(databases.back()->database()).to_string());
  }
  std::ofstream(folder_.path() / "erased.ids") << AccountId(base::Uuid::v7(clock_, random_)).to_string() << " 1\n";
  std::vector<std::thread> threads;
  for (auto& database : databases) threads.emplace_back([&] { complete(database->database()); });
  threads.emplace_back([&] { forget_listed(folder_.path(), base::from_unix_ms(1), clock_.now()); });
  for (auto& thread : threads) thread.join();
  std::set<std::string> found;
  for (const auto& id : listed()) found.insert(id.to_string());
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace gatehouse::app
