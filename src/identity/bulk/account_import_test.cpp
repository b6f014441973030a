#include "identity/bulk/account_import.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "identity/bulk/account_export.hpp"
#include "identity/bulk/import_state.hpp"
#include "identity/token/server_secrets.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::identity {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";  // of "U*U"

std::string line_for(const std::string& name, const std::string& more = "") {
  return R"({"username":")" + name + R"(","email":")" + name + R"(@example.org","password_hash":")" + kHash + "\"" +
         more + "}\n";
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// An installation as far as an import needs one, and a folder with the file to import.
class AccountImportTest : public test::OnEveryDatabase {
 protected:
  void write(const std::string& text) { std::ofstream(options_.file, std::ios::binary) << text; }

  ImportProgress run(const std::function<void(const ImportProgress&)>& on_progress = {}) {
    return AccountImport({.database = database(),
                          .account_kek = secrets_.account_kek,
                          .blind_index_key = secrets_.blind_index,
                          .clock = clock_,
                          .random = random_},
                         {.roles = roles_, .default_roles = {"member"}}, options_)
        .run(on_progress);
  }

  std::string exported(bool password_hashes = true) {
    std::string text;
    export_accounts(database(), store_, vault_, {.password_hashes = password_hashes, .page = 7},
                    [&](std::string_view lines) { text += lines; });
    return text;
  }
  std::vector<std::string> usernames() {
    std::vector<std::string> names;
    std::istringstream lines(exported());
    for (std::string line; std::getline(lines, line);) names.push_back(parse_json_line(line)->username);
    return names;
  }
  // The lines that the report names.
  std::set<int> refused() {
    std::set<int> numbers;
    std::istringstream lines(content_of(options_.report));
    for (std::string line; std::getline(lines, line);)
      numbers.insert(std::stoi(line.substr(std::string("{\"line\":").size())));
    return numbers;
  }

  test::TempDir folder_;
  base::FakeClock clock_;
  test::FakeRandom random_;
  crypto::MasterKeys master_{crypto::SealingKey::generate(random_)};
  ServerSecrets secrets_ = *load_or_create_server_secrets(database(), master_, random_, clock_);
  contract::RolePermissions roles_{{"admin", {}}, {"member", {}}};
  AccountStore store_;
  AccountVault vault_{secrets_.account_kek, secrets_.blind_index, random_};
  ImportOptions options_{.file = folder_.path() / "accounts",
                         .state = folder_.path() / "accounts.state",
                         .report = folder_.path() / "accounts.refused",
                         .threads = 2,
                         .batch_lines = 4};
};

GATEHOUSE_ON_EVERY_DATABASE(AccountImportTest);

TEST_P(AccountImportTest, accounts_are_as_their_lines_say) {
  write(line_for("Ada",
                 R"(,"roles":["member","admin","admin"],"state":"disabled","display_name":"Ada L.","language":"de",)"
                 R"("created_at":"2020-02-03T04:05:06.007Z")") +
        "\n" + line_for("bea"));
  const auto done = run();
  EXPECT_EQ(done.imported, 2U);
  EXPECT_EQ(done.refused, 0U);
  EXPECT_EQ(done.bytes, done.bytes_total);
  EXPECT_EQ(content_of(options_.report), "");
  database().read_blocking([&](db::Transaction& tx) {
    const auto ada = store_.find_with_profile(tx, store_.find_by_username(tx, "ada")->id);
    EXPECT_EQ(ada->state, AccountState::disabled);
    EXPECT_EQ(ada->roles, (std::vector<std::string>{"admin", "member"}));
    EXPECT_EQ(ada->password_hash, kHash);
    EXPECT_EQ(ada->epoch, 1);
    EXPECT_EQ(base::to_unix_ms(ada->created_at), 1'580'702'706'007);
    EXPECT_EQ(vault_.open(*ada).email, "Ada@example.org");
    EXPECT_EQ(vault_.open(*ada).display_name, "Ada L.");
    EXPECT_EQ(vault_.open(*ada).language, "de");
    const auto index = vault_.email_index(*text::prepare_email("BEA@example.org"));
    const auto bea = store_.find_with_profile(tx, store_.find_by_email_index(tx, index)->id);
    EXPECT_EQ(bea->username, "bea");
    EXPECT_EQ(bea->roles, std::vector<std::string>{"member"});
    EXPECT_EQ(bea->created_at, clock_.now());
    return 0;
  });
}

TEST_P(AccountImportTest, import_of_an_export_is_the_same) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += line_for("member-" + std::to_string(i),
                     i % 3 == 0 ? R"(,"roles":[],"display_name":"Émile \"M\"","language":"de")" : "");
  }
  write(text);
  ASSERT_EQ(run().imported, 40U);
  const std::string first = exported();
  database().write_blocking([](db::Transaction& tx) { tx.execute("DELETE FROM account"); });
  fs::remove(options_.state);
  write(first);
  ASSERT_EQ(run().imported, 40U);
  EXPECT_EQ(exported(), first);
  EXPECT_EQ(exported(false).find("password_hash"), std::string::npos);
}

TEST_P(AccountImportTest, refuses_hostile_lines_and_takes_the_rest) {
  const std::string costly =
      "$argon2id$v=19$m=4194304,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$eHlkVAkiRBbH+0G8AoGdXUG5zRRs9QF5Ta9gjbMPzVc";
  const auto with_hash = [](const std::string& name, const std::string& hash) {
    return R"({"username":")" + name + R"(","email":")" + name + R"(@example.org","password_hash":")" + hash + "\"}\n";
  };
  const std::vector<std::string> bad{
      with_hash("costly", costly),                                     // P05
      with_hash("costly2", "$2b$31$" + std::string(kHash).substr(7)),  // P05
      with_hash("unknown", "$1$abcdefgh$0123456789012345678901"),      // P06
      with_hash("plain", "hunter2"),                                   // P06
      R"({"username":"nohash","email":"nohash@example.org"})"
      "\n",
      line_for("a"),
      line_for("two words"),
      line_for("nul\\u0000inside"),
      line_for("\xFF\xFE"),
      R"({"username":"nomail","email":"nomail","password_hash":")" + std::string(kHash) + "\"}\n",
      line_for("role", R"(,"roles":["owner"])"),
      line_for("state", R"(,"state":"locked")"),
      line_for("future", R"(,"created_at":"2999-01-01T00:00:00Z")"),
      line_for("display", R"(,"display_name":"a\u202eb")"),
      line_for("language", R"(,"language":"German")"),
      line_for("misspelt", R"(,"role":["admin"])"),
      "{\"username\":\n",
      std::string(200'000, 'x') + "\n",
      std::string("\0\0\0\n", 4),
  };
  std::string text;
  std::set<int> expected;
  int number = 0;
  for (const auto& line : bad) {
    text += line_for("good-" + std::to_string(number)) + line;
    number += 2;
    expected.insert(number);
  }
  write(text);
  const auto done = run();
  EXPECT_EQ(done.imported, bad.size());
  EXPECT_EQ(done.refused, bad.size());
  EXPECT_EQ(refused(), expected);
  EXPECT_EQ(usernames().size(), bad.size());
  const std::string report = content_of(options_.report);
  for (const char* of_the_line : {"hunter2", "$2b$", "$argon2id$", "two words", "owner", "example.org"}) {
    EXPECT_EQ(report.find(of_the_line), std::string::npos) << of_the_line;
  }
}

TEST_P(AccountImportTest, names_that_are_taken_are_refused_alone) {
  write(line_for("ada"));
  ASSERT_EQ(run().imported, 1U);
  fs::remove(options_.state);
  // Taken before, twice in one batch, in two batches, by its looks, by its address.
  std::string text = line_for("bea") + line_for("ADA") + line_for("carl") + line_for("carl");
  for (int i = 0; i < 20; ++i) text += line_for("more-" + std::to_string(i));
  text += line_for("bea") + line_for("\u0430d\u0430");
  text += R"({"username":"other","email":"Ada@example.org","password_hash":")" + std::string(kHash) + "\"}\n";
  write(text);
  options_.threads = 1;
  const auto done = run();
  EXPECT_EQ(done.imported, 22U);
  EXPECT_EQ(done.refused, 5U);
  EXPECT_EQ(refused(), (std::set<int>{2, 4, 25, 26, 27}));
  EXPECT_EQ(usernames().size(), 23U);
}

TEST_P(AccountImportTest, stops_at_a_taken_name_when_told_to_and_goes_on_once_it_is_free) {
  write(line_for("carl"));
  ASSERT_EQ(run().imported, 1U);
  fs::remove(options_.state);
  std::string text;
  for (int i = 0; i < 30; ++i) text += line_for(i == 17 ? "carl" : "member-" + std::to_string(i));
  write(text);
  options_.on_duplicate = OnDuplicate::fail;
  EXPECT_THROW(run(), ImportStopped);
  database().write_blocking([](db::Transaction& tx) { tx.execute("DELETE FROM account WHERE username = 'carl'"); });
  const auto done = run();
  EXPECT_EQ(done.imported, 30U);
  EXPECT_EQ(done.refused, 0U);
  EXPECT_EQ(usernames().size(), 30U);
}

TEST_P(AccountImportTest, an_import_that_has_ended_is_not_done_again) {
  write(line_for("ada") + "rubbish\n");
  const auto first = run();
  const auto again = run();
  EXPECT_EQ(again.imported, first.imported);
  EXPECT_EQ(again.refused, first.refused);
  EXPECT_EQ(refused(), std::set<int>{2});
}

// Killed between the commit of a batch and the word about it, at each batch in turn: what the disk holds then is the
// state of an earlier moment, and a report with more in it than that state knows of.
TEST_P(AccountImportTest, a_run_from_any_earlier_state_doubles_and_loses_nothing) {
  std::string text;
  for (int i = 0; i < 33; ++i) text += i % 5 == 4 ? "rubbish\n" : line_for("member-" + std::to_string(i));
  write(text);
  std::vector<std::string> states;
  options_.threads = 1;  // each batch has its state
  const auto done = run([&](const ImportProgress&) { states.push_back(content_of(options_.state)); });
  ASSERT_EQ(done.imported, 27U);
  ASSERT_EQ(states.size(), 9U);
  options_.threads = 2;
  const std::string accounts = exported();
  const std::string report = content_of(options_.report);
  for (const auto& state : states) {
    std::ofstream(options_.state, std::ios::trunc) << state;
    std::ofstream(options_.report, std::ios::app) << "{\"line\":999,\"field\":\"\",\"reas";
    const auto again = run();
    EXPECT_EQ(again.imported, 27U);
    EXPECT_EQ(again.refused, 6U);
    EXPECT_EQ(again.taken, 0U);
    EXPECT_EQ(exported(), accounts);
    EXPECT_EQ(content_of(options_.report), report);
  }
}

TEST_P(AccountImportTest, another_file_does_not_go_on_in_its_place) {
  write(line_for("ada"));
  ASSERT_EQ(run().imported, 1U);
  write(line_for("bea") + line_for("carl"));
  EXPECT_THROW(run(), ImportStopped);
  EXPECT_EQ(usernames(), std::vector<std::string>{"ada"});
  std::ofstream(options_.state, std::ios::trunc) << "not a state";
  EXPECT_THROW(run(), std::runtime_error);
}

TEST_P(AccountImportTest, two_runs_at_once_are_one_too_many) {
  write(line_for("ada") + line_for("bea"));
  const ImportStateFile other(options_.state, options_.file);
  EXPECT_THROW(run(), std::runtime_error);
  EXPECT_TRUE(usernames().empty());
}

TEST_P(AccountImportTest, reads_csv) {
  options_.format = BulkFormat::csv;
  write("email,username,password_hash,roles\r\nada@example.org,ada," + std::string(kHash) +
        ",\"admin member\"\r\nbroken\r\nbea@example.org,bea," + kHash + ",\r\n");
  const auto done = run();
  EXPECT_EQ(done.imported, 2U);
  EXPECT_EQ(refused(), std::set<int>{3});
  EXPECT_EQ(usernames(), (std::vector<std::string>{"ada", "bea"}));
  write("email,username,colour\n");
  fs::remove(options_.state);
  EXPECT_THROW(run(), ImportStopped);
}

TEST(ImportState, the_id_of_a_line_is_a_uuid_of_its_own) {
  base::FakeClock clock;
  test::FakeRandom random;
  const auto one = ImportState::begin("x", clock, random);
  const auto two = ImportState::begin("x", clock, random);
  std::set<contract::AccountId> ids;
  for (const std::uint64_t line : {1ULL, 2ULL, 3ULL, (1ULL << 28) - 1, 1ULL << 28, (1ULL << 40) - 1}) {
    EXPECT_EQ(one.id_of(line), one.id_of(line));
    EXPECT_EQ(one.id_of(line).to_string()[14], '7');
    ids.insert({one.id_of(line), two.id_of(line)});
  }
  EXPECT_EQ(ids.size(), 12U);
  EXPECT_LT(one.id_of(1), one.id_of(2));
  EXPECT_LT(one.id_of((1ULL << 28) - 1), one.id_of(1ULL << 28));
}

}  // namespace
}  // namespace gatehouse::identity
