#include "identity/account/password_policy.hpp"

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

base::Secret secret(std::string_view text) { return base::Secret(text); }

PasswordPolicy default_policy() { return PasswordPolicy(PasswordRules{}); }

// P07: passwords of policy length that every attacker tries first.
TEST(PasswordPolicy, P07_refuses_common_passwords_of_policy_length) {
  const char* common[] = {"password1234",     "qwerty123456",     "iloveyou1234",   "passwordpassword", "aaaaaaaaaaaa",
                          "123456789012",     "abcdefghijkl",     "letmeinletmein", "Password123!",     "Summer2024!!",
                          "qwertyuiop12",     "P@ssw0rd1234",     "welcome12345",   "football1234",     "administrator",
                          "trustno1trustno1", "1q2w3e4r5t6y",     "zaq12wsxcde3",   "hunter2hunter2",   "changeme1234",
                          "Winter2025Winter", "password12345678", "monkeymonkey",   "qazwsxedcrfv"};
  for (const char* password : common) {
    const auto checked = default_policy().check(secret(password), {});
    ASSERT_FALSE(checked) << password;
    EXPECT_TRUE(checked.error() == PasswordError::guessable || checked.error() == PasswordError::breached) << password;
  }
}

TEST(PasswordPolicy, accepts_passphrases_and_random_passwords) {
  const char* decent[] = {"correct horse battery staple", "purple monkey dishwasher", "kx8#mQ2!vLp9",
                          "blaue Giraffe tanzt",          "vorfreude im nebel",       "stapled giraffe 7"};
  for (const char* password : decent) {
    EXPECT_TRUE(default_policy().check(secret(password), {"alice", "alice@example.org"})) << password;
  }
}

// P07: the account's own words and the service's name, in any letter case.
TEST(PasswordPolicy, P07_refuses_username_email_and_service_name_with_digits_behind) {
  const PasswordPolicy policy(PasswordRules{.service_names = {"gatehouse", "Kestrelworks"}});
  const std::vector<std::string> words{"zbigniewska", "marzanna.zbigniewska@vexillology.example"};
  for (const char* password : {"zbigniewska2024", "Zbigniewska1!", "marzannazbigniewska", "vexillology99",
                               "kestrelworks1", "KestrelWorks2024", "gatehouse2024!"}) {
    EXPECT_FALSE(policy.check(secret(password), words)) << password;
  }
  // Without the words in play one of them would pass: it is the words that refuse it.
  EXPECT_TRUE(policy.check(secret("zbigniewska2024"), {}));
  EXPECT_EQ(policy.check(secret("zbigniewska2024"), words).error(), PasswordError::contains_name);
}

TEST(PasswordPolicy, counts_characters_and_not_bytes) {
  const std::string eleven = "äöüßéèêëñçå";
  EXPECT_EQ(default_policy().check(secret(eleven), {}).error(), PasswordError::too_short);
  // P04: 64 characters of four bytes each are 256 bytes and few enough characters.
  std::string emoji;
  for (int i = 0; i < 64; ++i) emoji += "\xF0\x9F\x98\x80";
  EXPECT_TRUE(default_policy().check_length(secret(emoji)));
  EXPECT_TRUE(default_policy().check_length(secret(std::string(256, 'x'))));
  EXPECT_EQ(default_policy().check_length(secret(std::string(257, 'x'))).error(), PasswordError::too_long);
}

// P03: the length in bytes decides before anything else, so that a huge password costs nothing.
TEST(PreparePassword, P03_refuses_more_than_1024_bytes) {
  EXPECT_TRUE(prepare_password(secret(std::string(1024, 'x'))));
  for (const std::size_t size : {std::size_t{1025}, std::size_t{100'000}, std::size_t{10'000'000}}) {
    EXPECT_EQ(prepare_password(base::Secret(std::string(size, 'x'))).error(), PasswordError::too_many_bytes);
  }
}

// P04: one normal form everywhere; spaces are kept; nothing is cut.
TEST(PreparePassword, P04_nfc_and_nfd_are_one_password_and_spaces_count) {
  const auto composed = prepare_password(secret("caf\xC3\xA9 au lait noir"));
  const auto decomposed = prepare_password(secret("cafe\xCC\x81 au lait noir"));
  ASSERT_TRUE(composed && decomposed);
  EXPECT_TRUE(*composed == *decomposed);
  EXPECT_EQ(prepare_password(secret(" padded password "))->expose(), " padded password ");
  EXPECT_EQ(prepare_password(secret("\xF0\x9F\x98\x80 smile smile"))->expose(), "\xF0\x9F\x98\x80 smile smile");
}

TEST(PreparePassword, P04_refuses_nul_and_lone_surrogates) {
  EXPECT_EQ(prepare_password(secret(std::string_view("before\0after", 12))).error(), PasswordError::contains_nul);
  EXPECT_EQ(prepare_password(secret("lone \xED\xA0\x80 surrogate")).error(), PasswordError::not_text);
  EXPECT_EQ(prepare_password(secret("latin1 \xE9 bytes")).error(), PasswordError::not_text);
}

TEST(PasswordPolicy, explains_each_refusal_with_its_own_numbers) {
  const PasswordPolicy policy(PasswordRules{.min_characters = 15, .max_characters = 99});
  EXPECT_NE(policy.problem(PasswordError::too_short, "password").message.find("15"), std::string::npos);
  EXPECT_NE(policy.problem(PasswordError::too_long, "password").message.find("99"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::identity
