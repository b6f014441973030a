#include "platform/text/email.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <type_traits>

namespace gatehouse::text {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<Email>);  // L02: personal data has no way into a stream
static_assert(!std::is_convertible_v<Email, std::string>);

TEST(Email, accepts_ordinary_addresses) {
  const char* const cases[] = {"a@example.org",      "first.last+tag@mail.example.co.uk",
                               "o'neil@example.org", "x_y-z-@sub.example-domain.org",
                               "jürgen@example.org", "用户@例え.jp"};
  for (const auto* text : cases) EXPECT_TRUE(prepare_email(text)) << text;
}

TEST(Email, keeps_the_local_part_as_given_and_lower_cases_the_domain) {
  const auto email = prepare_email("Ann.Smith@EXAMPLE.Org");
  ASSERT_TRUE(email);
  EXPECT_EQ(email->expose(), "Ann.Smith@example.org");
  EXPECT_EQ(email->expose_normalised(), "ann.smith@example.org");
}

TEST(Email, turns_the_domain_into_ascii) {
  EXPECT_EQ(prepare_email("a@bücher.example")->expose(), "a@xn--bcher-kva.example");
  EXPECT_EQ(prepare_email("a@BÜCHER.example")->expose(), "a@xn--bcher-kva.example");
  EXPECT_EQ(prepare_email("a@straße.example")->expose(), "a@xn--strae-oqa.example");  // not strasse: another domain
  EXPECT_EQ(prepare_email("a@ｅｘａｍｐｌｅ.org")->expose(), "a@example.org");
}

// P04's rule for addresses: the same text has one form, however it was typed.
TEST(Email, P04_composed_and_decomposed_letters_are_one_address) {
  const auto composed = prepare_email("Jos\u00e9@example.org");
  const auto decomposed = prepare_email("Jose\u0301@example.org");
  ASSERT_TRUE(composed && decomposed);
  EXPECT_EQ(composed->expose(), decomposed->expose());
  EXPECT_EQ(composed->expose_normalised(), decomposed->expose_normalised());
}

// X02: one address goes in, or none.
TEST(Email, X02_refuses_lists_headers_and_second_at_signs) {
  const std::string cases[] = {
      "a@x.org,b@y.org",
      "a@x.org;b@y.org",
      "a@x.org b@y.org",
      "a@b@x.org",
      "a@x.org\r\nBcc: b@y.org",
      "a\r\nBcc: b@y.org",
      "a@x.org\n",

      "\"a@b\"@x.org",
      "a(comment)@x.org",
      "<a@x.org>",
      "Ann <a@x.org>",
      "a@x.org%0d%0aBcc:b",
      "a%y.org@x.org",
      "x.org!a@y.org",
      "a@x.org?bcc=b",
      "a@[127.0.0.1]",
      "a@127.0.0.1",
      "a@localhost",
      "a@\uff20x.org",
      "a\uff20b.org@x.org",
      "a\u200b@x.org",
      "a\u202e@x.org",
      "a@x.org\u2028",
      "a@x\u3000.org",
      "\ta@x.org",
      " a@x.org",
      "a@x.org ",
      std::string("a\0@x.org", 8),
      std::string("a@x.org\0", 8),
      "a\x7f@x.org",
      "a@x.org/path",
  };
  for (const auto& text : cases) EXPECT_FALSE(prepare_email(text)) << text;
}

TEST(Email, says_what_is_wrong) {
  const struct {
    std::string text;
    EmailError error;
  } cases[] = {
      {"", EmailError::not_one_at},
      {"nobody", EmailError::not_one_at},
      {"a@b@example.org", EmailError::not_one_at},
      {"@example.org", EmailError::bad_local_part},
      {".a@example.org", EmailError::bad_local_part},
      {"-a@example.org", EmailError::bad_local_part},
      {"a.@example.org", EmailError::bad_local_part},
      {"a..b@example.org", EmailError::bad_local_part},
      {std::string(65, 'a') + "@example.org", EmailError::bad_local_part},
      {"a@", EmailError::bad_domain},
      {"a@.org", EmailError::bad_domain},
      {"a@example.org.", EmailError::bad_domain},
      {"a@example..org", EmailError::bad_domain},
      {"a@-example.org", EmailError::bad_domain},
      {"a@exa_mple.org", EmailError::bad_domain},
      {"a@" + std::string(64, 'b') + ".org", EmailError::bad_domain},
      {"a@xn--a.org", EmailError::bad_domain},  // not what IDNA would write
      {"\xff@example.org", EmailError::not_utf8},
      {"\xed\xa0\x80@example.org", EmailError::not_utf8},
      {std::string(250, 'a') + "@b.org", EmailError::too_long},
  };
  for (const auto& [text, error] : cases) {
    const auto result = prepare_email(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error(), error) << text << ": " << to_string(result.error());
  }
}

TEST(Email, accepts_the_longest_and_refuses_one_byte_more) {
  const std::string label(61, 'b');
  const std::string domain = label + '.' + label + '.' + label + ".c";  // 187
  const std::string longest = std::string(64, 'a') + '@' + domain;      // 252
  EXPECT_TRUE(prepare_email(longest + "om"));
  EXPECT_FALSE(prepare_email(longest + "omm"));
}

TEST(Email, preparing_twice_changes_nothing) {
  const auto once = prepare_email("Ann@BÜCHER.example");
  const auto twice = prepare_email(once->expose_normalised());
  ASSERT_TRUE(once && twice);
  EXPECT_EQ(once->expose_normalised(), twice->expose_normalised());
}

}  // namespace
}  // namespace gatehouse::text
