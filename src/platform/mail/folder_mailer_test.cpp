#include "platform/mail/folder_mailer.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/support/fake_random.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::mail {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class FolderMailerTest : public ::testing::Test {
 protected:
  Delivery send(const std::string& id, const std::string& tag = "owner-1") {
    return mailer_.send({.id = id,
                         .from = {.address = "no-reply@app.example"},
                         .to = {.address = "alice@example.org"},
                         .subject = "s",
                         .text = "t\n",
                         .tag = tag});
  }
  std::set<std::string> names() {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.insert(entry.path().filename());
    return found;
  }

  test::TempDir root_;
  fs::path folder_ = root_.path() / "mail";
  base::FakeClock clock_;
  test::FakeRandom random_;
  FolderMailer mailer_{folder_, 3, clock_, random_};
};

TEST_F(FolderMailerTest, writes_a_file_that_nobody_else_may_read) {
  ASSERT_EQ(send("a"), Delivery::accepted);
  const auto name = *names().begin();
  EXPECT_EQ(name, std::to_string(base::to_unix_ms(clock_.now())) + ".owner-1.a.eml");
  EXPECT_EQ(fs::status(folder_ / name).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
  std::ifstream in(folder_ / name);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(text.find("To: alice@example.org\r\n"), std::string::npos);
}

TEST_F(FolderMailerTest, keeps_the_newest_only) {
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    ASSERT_EQ(send(id), Delivery::accepted);
    clock_.advance(1s);
  }
  ASSERT_EQ(names().size(), 3U);
  EXPECT_NE(names().begin()->find(".c.eml"), std::string::npos);
}

TEST_F(FolderMailerTest, a_folder_that_can_not_be_written_to_is_tried_again_later) {
  std::ofstream(root_.path() / "mail") << "a file in its place";
  EXPECT_EQ(send("a"), Delivery::unreachable);
}

TEST_F(FolderMailerTest, letters_go_when_their_time_is_over_and_what_is_no_letter_stays) {
  ASSERT_EQ(send("a"), Delivery::accepted);
  std::ofstream(folder_ / "notes.eml") << "an operator's own";
  clock_.advance(1h);
  ASSERT_EQ(send("b"), Delivery::accepted);
  EXPECT_EQ(remove_letters_before(folder_, clock_.now()), 1U);
  EXPECT_EQ(remove_letters_before(folder_, clock_.now()), 0U);
  EXPECT_EQ(names().size(), 2U);
  EXPECT_EQ(remove_letters_before(folder_ / "missing", clock_.now()), 0U);
}

TEST_F(FolderMailerTest, U08_the_letters_of_an_erased_account_go) {
  ASSERT_EQ(send("a", "owner-1"), Delivery::accepted);
  ASSERT_EQ(send("b", "owner-2"), Delivery::accepted);
  EXPECT_EQ(remove_letters(folder_, {"owner-1"}), 1U);
  EXPECT_EQ(remove_letters(folder_, {"owner-1"}), 0U);
  EXPECT_EQ(names().size(), 1U);
  EXPECT_EQ(remove_letters(root_.path() / "nowhere", {"owner-2"}), 0U);
}

// The address stands in it as in any other.
TEST_F(FolderMailerTest, U08_what_a_killed_process_had_half_written_goes_as_a_letter_does) {
  const auto begin = [&](const std::string& id) {
    fs::create_directory(folder_);
    const auto time = std::to_string(base::to_unix_ms(clock_.now()));
    std::ofstream(folder_ / (time + ".owner-1." + id + ".eml.partial")) << "To: alice@example.org";
  };
  begin("a");
  EXPECT_EQ(tags_of_letters(folder_), std::set<std::string>{"owner-1"});
  EXPECT_EQ(remove_letters(folder_, {"owner-1"}), 1U) << "with its account";
  begin("b");
  clock_.advance(1h);
  EXPECT_EQ(remove_letters_before(folder_, clock_.now()), 1U) << "when its time is over";
  begin("c");
  clock_.advance(1s);
  for (const char* id : {"d", "e", "f"}) ASSERT_EQ(send(id), Delivery::accepted);
  EXPECT_EQ(names().size(), 3U) << "as the oldest";
  for (const auto& name : names()) EXPECT_TRUE(name.ends_with(".eml"));
}

}  // namespace
}  // namespace gatehouse::mail
