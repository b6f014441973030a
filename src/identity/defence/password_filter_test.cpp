#include "identity/defence/password_filter.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "crypto/mac.hpp"
#include "identity/defence/password_filter_builder.hpp"
#include "platform/base/encoding.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::identity {
namespace {

using Lines = PasswordFilterBuilder::Lines;

struct PasswordFilterTest : ::testing::Test {
  std::filesystem::path write(const std::string& name, const std::string& text) {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  static bool contains(const PasswordFilter& filter, const std::string& password) {
    return filter.contains(base::Secret(password));
  }
  test::TempDir folder;
};

TEST_F(PasswordFilterTest, P07_the_shipped_filter_knows_what_everybody_knows) {
  const auto& filter = PasswordFilter::shipped();
  EXPECT_GT(filter.entries(), 400'000U);
  for (const char* common : {"password", "password1", "Password1", "iloveyou", "123456789012", "1qaz2wsx3edc",
                             "qwertyuiop123", "unbelievable", "PASSWORD123"}) {
    EXPECT_TRUE(contains(filter, common)) << common;
  }
  EXPECT_FALSE(contains(filter, "lantern otter quiet 42"));
}

TEST_F(PasswordFilterTest, finds_all_that_is_in_the_list_and_hardly_anything_else) {
  std::string list;
  for (int i = 0; i < 5'000; ++i) list += "listed password " + std::to_string(i) + "\n";
  const auto out = folder.path() / "filter";
  EXPECT_EQ(PasswordFilterBuilder::build(write("list", list), Lines::plain, out), 5'000U);
  const auto filter = PasswordFilter::open(out);
  ASSERT_TRUE(filter);
  int wrong = 0;
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_TRUE(contains(*filter, "listed password " + std::to_string(i))) << i;
    for (int j = 0; j < 10; ++j) wrong += contains(*filter, "another " + std::to_string(10 * i + j)) ? 1 : 0;
  }
  EXPECT_LE(wrong, 10) << "of 50,000; one is to be expected, as each is asked for in lower case, too";
}

TEST_F(PasswordFilterTest, reads_the_list_of_have_i_been_pwned) {
  const std::string known = base::hex_encode(crypto::sha1("breached elsewhere"));
  std::string upper = known;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  const auto out = folder.path() / "filter";
  const auto list = write("list", upper + ":42\r\n" + base::hex_encode(crypto::sha1("another one")) + "\n");
  EXPECT_EQ(PasswordFilterBuilder::build(list, Lines::sha1, out), 2U);
  const auto filter = PasswordFilter::open(out);
  ASSERT_TRUE(filter);
  EXPECT_TRUE(contains(*filter, "breached elsewhere"));
  EXPECT_TRUE(contains(*filter, "Breached Elsewhere")) << "guessers fold the case";
  EXPECT_TRUE(contains(*filter, "another one"));
  EXPECT_FALSE(contains(*filter, "breached nowhere"));
}

TEST_F(PasswordFilterTest, a_list_of_another_form_leaves_no_file) {
  const auto out = folder.path() / "filter";
  EXPECT_THROW(PasswordFilterBuilder::build(write("list", "password\n"), Lines::sha1, out), std::runtime_error);
  EXPECT_THROW(PasswordFilterBuilder::build(write("empty", ""), Lines::sha1, out), std::runtime_error);
  EXPECT_THROW(PasswordFilterBuilder::build(folder.path() / "nowhere", Lines::sha1, out), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_FALSE(std::filesystem::exists(out.string() + ".new"));
}

TEST_F(PasswordFilterTest, refuses_what_is_no_filter) {
  const auto out = folder.path() / "filter";
  PasswordFilterBuilder::build(write("list", "some password\n"), Lines::plain, out);
  std::ifstream in(out, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  EXPECT_TRUE(PasswordFilter::open(write("good", good)));
  for (const auto& bad : {std::string(), good.substr(0, 20), good.substr(0, good.size() - 1), good + "x",
                          "X" + good.substr(1), good.substr(0, 16) + std::string(8, '\xff') + good.substr(24)}) {
    const auto filter = PasswordFilter::open(write("bad", bad));
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error(), PasswordFilterError::not_a_filter);
  }
  EXPECT_EQ(PasswordFilter::open(folder.path() / "nowhere").error(), PasswordFilterError::cannot_read);
  EXPECT_EQ(PasswordFilter::open(folder.path()).error(), PasswordFilterError::cannot_read);
}

}  // namespace
}  // namespace gatehouse::identity
