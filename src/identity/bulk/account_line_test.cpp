#include "identity/bulk/account_line.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::identity {
namespace {

using namespace std::string_literals;

std::int64_t ms_of(const ParsedLine& line) { return line ? base::to_unix_ms(line->created_at.value()) : -1; }

TEST(AccountLine, reads_all_that_an_account_has_from_json) {
  const auto line = parse_json_line(
      R"({"username":"ada","email":"ada@example.org","display_name":"Ada L.","password_hash":"$2b$…","state":"disabled",)"
      R"("roles":["admin","member"],"created_at":"2026-01-31T23:59:59.5Z"})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->username, "ada");
  EXPECT_EQ(line->email, "ada@example.org");
  EXPECT_EQ(line->display_name, "Ada L.");
  EXPECT_EQ(line->password_hash, "$2b$…");
  EXPECT_EQ(line->state, "disabled");
  EXPECT_EQ(line->roles, (std::vector<std::string>{"admin", "member"}));
  EXPECT_EQ(ms_of(line), 1'769'903'999'500);
}

TEST(AccountLine, takes_what_is_missing_or_null_as_not_said) {
  for (const char* text : {R"({"username":"ada","email":"a@b.org"})",
                           R"({"username":"ada","email":"a@b.org","roles":null,"state":null,"created_at":null})"}) {
    const auto line = parse_json_line(text);
    ASSERT_TRUE(line) << text;
    EXPECT_FALSE(line->roles || line->state || line->password_hash || line->created_at) << text;
  }
  EXPECT_EQ(parse_json_line(R"({"roles":[]})")->roles, std::vector<std::string>());
}

TEST(AccountLine, refuses_json_that_says_something_else_than_it_seems_to) {
  for (const std::string& text :
       {"{"s, "[]"s, "\"ada\""s, "{}{}"s, R"({"username":"a","username":"b"})"s, R"({"user_name":"a"})"s,
        R"({"username":1})"s, R"({"username":["a"]})"s, R"({"roles":"admin"})"s, R"({"roles":[1]})"s,
        R"({"roles":[["admin"]]})"s, R"({"created_at":true})"s, R"({"created_at":-1})"s, R"({"created_at":1.5})"s,
        "{\"username\":\"\xFF\"}"s, "{\"username\":\"a\0b\"}"s, "{\"username\":\"\xED\xA0\x80\"}"s}) {
    EXPECT_FALSE(parse_json_line(text)) << text;
  }
  EXPECT_FALSE(parse_json_line(R"({"roles":[)" + std::string(500, ' ') + "\"a\"" + [] {
    std::string many;
    for (int i = 0; i < 200; ++i) many += ",\"a\"";
    return many;
  }() + "]}"));
}

TEST(AccountLine, a_problem_holds_nothing_of_the_line) {
  const std::string secret = "hunter2hunter2";
  for (const std::string& text :
       {R"({"password_hash":")" + secret, R"({")" + secret + R"(":1})", R"({"created_at":")" + secret + R"("})"}) {
    const auto line = parse_json_line(text);
    ASSERT_FALSE(line) << text;
    EXPECT_EQ((line.error().field + line.error().reason).find(secret), std::string::npos) << text;
  }
}

TEST(AccountLine, reads_times_in_utc_and_no_others) {
  const auto at = [](const std::string& json) { return ms_of(parse_json_line(R"({"created_at":)" + json + "}")); };
  EXPECT_EQ(at("0"), 0);
  EXPECT_EQ(at("1769903999500"), 1'769'903'999'500);
  EXPECT_EQ(at(R"("1769903999500")"), 1'769'903'999'500);
  EXPECT_EQ(at(R"("1970-01-01T00:00:00Z")"), 0);
  EXPECT_EQ(at(R"("2024-02-29T12:00:00.001Z")"), 1'709'208'000'001);
  for (const char* text : {"", "now", "2026-01-31", "2026-01-31T23:59:59", "2026-01-31T23:59:59+01:00",
                           "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z",
                           "2026-01-31T23:59:60Z", "2026-01-31T23:59:59.Z", "2026-01-31T23:59:59.1234Z",
                           "1969-12-31T23:59:59Z", "2026-1-31T23:59:59Z", "+026-01-31T23:59:59Z", "-1", "1e3"}) {
    EXPECT_EQ(at('"' + std::string(text) + '"'), -1) << text;
  }
}

TEST(AccountLine, reads_csv_with_quotes_and_columns_in_any_order) {
  const auto columns = CsvColumns::from_header(R"(email,"username",roles,display_name,password_hash)");
  ASSERT_TRUE(columns);
  const auto line = columns->parse(R"(ada@example.org,ada,admin member,"Ada ""the first"", of all",)");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->username, "ada");
  EXPECT_EQ(line->email, "ada@example.org");
  EXPECT_EQ(line->display_name, "Ada \"the first\", of all");
  EXPECT_EQ(line->roles, (std::vector<std::string>{"admin", "member"}));
  EXPECT_FALSE(line->password_hash);
}

TEST(AccountLine, refuses_csv_that_can_be_read_in_two_ways) {
  const auto columns = CsvColumns::from_header("username,email");
  ASSERT_TRUE(columns);
  for (const char* text : {"ada", "ada,a@b.org,", "\"ada,a@b.org", "\"ada\"x,a@b.org", "a\"da,a@b.org",
                           "ada,\"a@b.org\"\"", "ada,\"", ""}) {
    EXPECT_FALSE(columns->parse(text)) << text;
  }
  for (const char* header : {"", "username,user", "username,username", "\"username", "username,", "Username"}) {
    EXPECT_FALSE(CsvColumns::from_header(header)) << header;
  }
}

TEST(AccountLine, what_is_written_reads_the_same) {
  const AccountLine account{.username = "ada",
                            .email = "ada@example.org",
                            .display_name = "\"Ada\" \\ \xE2\x80\xA8 Lovelace",
                            .language = "de",
                            .password_hash = "$2b$05$x",
                            .state = "disabled",
                            .roles = std::vector<std::string>{"admin", "member"},
                            .created_at = base::from_unix_ms(1'769'903'999'007)};
  const std::string text = to_json_line(account);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto line = parse_json_line(text.substr(0, text.size() - 1));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->username, account.username);
  EXPECT_EQ(line->email, account.email);
  EXPECT_EQ(line->display_name, account.display_name);
  EXPECT_EQ(line->language, account.language);
  EXPECT_EQ(line->password_hash, account.password_hash);
  EXPECT_EQ(line->state, account.state);
  EXPECT_EQ(line->roles, account.roles);
  EXPECT_EQ(line->created_at, account.created_at);
}

}  // namespace
}  // namespace gatehouse::identity
