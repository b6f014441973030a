#include "platform/text/username.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::text {
namespace {

std::optional<UsernameError> error_of(const std::string& text) {
  const auto result = prepare_username(text);
  return result ? std::nullopt : std::optional(result.error());
}

// U01: of all the ways to write a name that looks like admin, at most one gives an account.
TEST(Username, U01_names_that_look_like_admin_are_one_account_or_none) {
  const std::string cases[] = {
      "admin",
      "Admin",
      "ADMIN",
      "\uff41\uff44\uff4d\uff49\uff4e",  // full width
      "\u0430dmin",                      // Cyrillic a
      "admi\u0578",                      // Armenian
      "ad\u200bmin",
      "admin\u200d",
      "\ufeff"
      "admin",
      "adm\u00adin",  // invisible
      "admin ",
      " admin",
      "admin\u00a0",
      "admin\u3000",
      "admin.",
      ".admin",
      "admin\n",
      "admin\t",
      "adrnin",               // r and n
      "\u24d0dmin",           // circled
      "\U0001D41Adm\u0456n",  // mathematical bold, Ukrainian i
      "adm\u0131n",           // no dot on the i
      "admi\u0307n",          // two of them
      "ADM\u0130N",
      "ad\u202emin",
      std::string("admin\0", 6),
  };
  std::set<std::string> accounts;
  for (const auto& text : cases) {
    if (const auto name = prepare_username(text)) accounts.insert(name->skeleton());
  }
  EXPECT_EQ(accounts.size(), 1U);
  EXPECT_EQ(prepare_username("ADMIN")->canonical(), "admin");
  EXPECT_EQ(prepare_username("\uff41\uff44\uff4d\uff49\uff4e")->canonical(), "admin");
}

// U01: U+212A looks like K and lower-cases to it.
TEST(Username, U01_the_kelvin_sign_is_a_k) {
  const auto plain = prepare_username("kelvin");
  const auto sign = prepare_username(
      "\u212a"
      "elvin");
  ASSERT_TRUE(plain);
  ASSERT_TRUE(sign);
  EXPECT_EQ(sign->canonical(), plain->canonical());
  EXPECT_EQ(prepare_username("\u212bngstrom")->canonical(), prepare_username("\u00e5ngstrom")->canonical());
}

TEST(Username, U01_a_name_all_in_another_script_still_collides_with_its_latin_twin) {
  const auto latin = prepare_username("scope");
  const auto cyrillic = prepare_username("\u0455\u0441\u043e\u0440\u0435");
  ASSERT_TRUE(latin && cyrillic);
  EXPECT_NE(latin->canonical(), cyrillic->canonical());
  EXPECT_EQ(latin->skeleton(), cyrillic->skeleton());
}

// P04's rule for names: NFC and NFD are one name.
TEST(Username, P04_composed_and_decomposed_letters_are_one_name) {
  const auto composed = prepare_username("jos\u00e9");
  const auto decomposed = prepare_username("jose\u0301");
  ASSERT_TRUE(composed && decomposed);
  EXPECT_EQ(composed->canonical(), decomposed->canonical());
}

TEST(Username, accepts_names_of_many_scripts) {
  const char* const cases[] = {"ann",    "ann.smith", "a_b-c.d", "user42",  "42user",   "jürgen",
                               "straße", "иван",      "алёна",   "γιώργος", "山田太郎", "やまだ",
                               "김철수", "محمد",      "דוד",     "राम123",  "สมชาย"};
  for (const auto* text : cases) EXPECT_EQ(error_of(text), std::nullopt) << text << ": " << to_string(*error_of(text));
}

TEST(Username, refuses_and_says_why) {
  const struct {
    std::string text;
    UsernameError error;
  } cases[] = {
      {"", UsernameError::too_short},
      {"ab", UsernameError::too_short},
      {std::string(33, 'a'), UsernameError::too_long},
      {std::string(1'000'000, 'a'), UsernameError::too_long},
      {"a b c", UsernameError::forbidden_character},
      {"ann@example.org", UsernameError::forbidden_character},
      {"ann!", UsernameError::forbidden_character},
      {"ann/../root", UsernameError::forbidden_character},
      {"a\u200bnn", UsernameError::forbidden_character},
      {"a\u2060nn", UsernameError::forbidden_character},
      {"a\ufe0fnn", UsernameError::forbidden_character},  // variation selector
      {"a\u180enn", UsernameError::forbidden_character},
      {"a\u3164nn", UsernameError::forbidden_character},  // Hangul filler: a letter nobody sees
      {"ann\U0001F600", UsernameError::forbidden_character},
      {"a\u00b7nn", UsernameError::forbidden_character},
      {"a\ue000nn", UsernameError::forbidden_character},  // private use
      {"a\u0378nn", UsernameError::forbidden_character},  // unassigned
      {"a\u2126nn\u2163", UsernameError::forbidden_character},
      {std::string("a\0nn", 4), UsernameError::forbidden_character},
      {"a\x1b[31m", UsernameError::forbidden_character},
      {"admi\u0307n", UsernameError::forbidden_character},       // a second dot on the i
      {"jose\u0301\u0301", UsernameError::forbidden_character},  // the same accent twice
      {"\xff\xfe\xfd", UsernameError::not_utf8},
      {"\xed\xa0\x80xyz", UsernameError::not_utf8},
      {".ann", UsernameError::punctuation_at_end},
      {"ann-", UsernameError::punctuation_at_end},
      {"___", UsernameError::punctuation_at_end},
      {"p\u0430ypal", UsernameError::mixed_scripts},
      {"ann\u0661\u0662"
       "3",
       UsernameError::mixed_direction},
      {"\u0634\u0631abc", UsernameError::mixed_direction},
  };
  for (const auto& [text, error] : cases) {
    const auto got = error_of(text);
    ASSERT_TRUE(got) << text.substr(0, 40);
    EXPECT_EQ(*got, error) << text.substr(0, 40) << ": " << to_string(*got);
  }
}

TEST(Username, counts_characters_not_bytes) {
  std::string name;
  for (int i = 0; i < 32; ++i) name += "\u5c71";
  EXPECT_EQ(error_of(name), std::nullopt);
  EXPECT_EQ(error_of(name + "\u5c71"), UsernameError::too_long);
}

TEST(Username, preparing_a_canonical_form_changes_nothing) {
  for (const char* text : {"Ann.Smith", "ΣΊΣΥΦΟΣ", "STRASSE", "ẞtraße", "ＡＢＣ", "ﾔﾏﾀﾞ"}) {
    const auto once = prepare_username(text);
    ASSERT_TRUE(once) << text;
    const auto twice = prepare_username(once->canonical());
    ASSERT_TRUE(twice) << text;
    EXPECT_EQ(twice->canonical(), once->canonical()) << text;
    EXPECT_EQ(twice->skeleton(), once->skeleton()) << text;
  }
}

TEST(Username, may_be_prepared_by_many_threads) {
  std::vector<std::thread> threads;
  std::vector<std::string> skeletons(8);
  for (std::size_t t = 0; t < skeletons.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) skeletons[t] = prepare_username("J\u00fcrgen")->skeleton();
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& skeleton : skeletons) EXPECT_EQ(skeleton, prepare_username("j\u00fcrgen")->skeleton());
}

}  // namespace
}  // namespace gatehouse::text
