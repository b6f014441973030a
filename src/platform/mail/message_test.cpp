#include "platform/mail/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "platform/mail/mime.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::mail {
namespace {

using namespace std::chrono_literals;

class MessageTest : public ::testing::Test {
 protected:
  base::Result<std::string, MessageError> build(const Message& message) {
    return build_message(message, base::TimePoint(1'763'803'800s), random_);
  }
  static Message message() {
    return {.id = "0198",
            .from = {.address = "no-reply@app.example", .name = "Gatehouse"},
            .to = {.address = "alice@example.org"},
            .subject = "Reset your password",
            .text = "Hello\n\nhttps://app.example/reset#token=abc\n",
            .html = "<p>Hello</p>"};
  }

  test::FakeRandom random_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST_F(MessageTest, has_the_headers_of_rfc_5322) {
  const auto built = build(message());
  ASSERT_TRUE(built);
  const auto lines = lines_of(*built);
  const auto has = [&](const std::string& line) { return std::ranges::count(lines, line + "\r") == 1; };
  EXPECT_TRUE(has("From: Gatehouse <no-reply@app.example>"));
  EXPECT_TRUE(has("To: alice@example.org"));
  EXPECT_TRUE(has("Subject: Reset your password"));
  EXPECT_TRUE(has("Date: Sat, 22 Nov 2025 09:30:00 +0000"));
  EXPECT_TRUE(has("Message-ID: <0198@app.example>"));
  EXPECT_TRUE(has("Auto-Submitted: auto-generated"));
  EXPECT_TRUE(has("MIME-Version: 1.0"));
  EXPECT_TRUE(has("https://app.example/reset#token=abc"));
  EXPECT_TRUE(std::ranges::all_of(lines, [](const std::string& line) { return line.ends_with('\r'); }));
}

TEST_F(MessageTest, the_same_job_has_the_same_message_id_each_time) {
  const auto first = build(message());
  const auto second = build(message());
  EXPECT_NE(*first, *second);  // the boundary
  EXPECT_NE(second->find("Message-ID: <0198@app.example>"), std::string::npos);
}

TEST_F(MessageTest, X02_no_line_break_gets_into_a_header) {
  using std::string_literals::operator""s;
  for (const std::string& bad : {"a\r\nBcc: b@example.org"s, "a\nb"s, "a\rb"s, "a\0b"s}) {
    auto subject = message();
    subject.subject = bad;
    EXPECT_EQ(build(subject).error(), MessageError::line_break);
    auto name = message();
    name.from.name = bad;
    EXPECT_EQ(build(name).error(), MessageError::line_break);
    auto to = message();
    to.to.address = bad + "@example.org";
    EXPECT_EQ(build(to).error(), MessageError::line_break);
    auto id = message();
    id.id = bad;
    EXPECT_EQ(build(id).error(), MessageError::line_break);
  }
}

TEST_F(MessageTest, X02_an_address_is_one_address) {
  for (const char* bad : {"a@x.org,b@y.org", "a@x.org b@y.org", "a@x.org>", "<a@x.org>", "a@b@x.org", "@x.org", "a@",
                          "a", "\"a b\"@x.org", "a@x.org;b@y.org", "a%y.org@x.org", "-froot@x.org", ""}) {
    auto to = message();
    to.to.address = bad;
    EXPECT_EQ(build(to).error(), MessageError::bad_address) << bad;
  }
}

TEST_F(MessageTest, names_and_subjects_beyond_ascii_are_encoded_words) {
  auto german = message();
  german.subject = "Bestätigen Sie Ihre E-Mail-Adresse";
  german.from.name = "Zähler, Inc.";
  const auto built = build(german);
  ASSERT_TRUE(built);
  EXPECT_NE(built->find("Subject: =?UTF-8?B?QmVzdMOkdGlnZW4gU2llIElocmUgRS1NYWlsLUFkcmVzc2U=?="), std::string::npos);
  EXPECT_EQ(built->find("ä"), std::string::npos);
}

TEST_F(MessageTest, text_beyond_ascii_is_quoted_printable) {
  auto german = message();
  german.text = "Schöne Grüße\n";
  const auto built = build(german);
  EXPECT_NE(built->find("Sch=C3=B6ne Gr=C3=BC=C3=9Fe\r\n"), std::string::npos);
}

TEST_F(MessageTest, refuses_what_is_not_utf8_or_too_long) {
  for (const std::string bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    auto text = message();
    text.text = bad;
    EXPECT_EQ(build(text).error(), MessageError::not_utf8);
  }
  auto subject = message();
  subject.subject = std::string(kMaxSubjectBytes + 1, 'x');
  EXPECT_EQ(build(subject).error(), MessageError::too_long);
}

TEST(Mime, encoded_words_are_short_and_cut_between_characters) {
  std::string euros;
  for (int i = 0; i < 60; ++i) euros += "€";
  for (const auto& line : lines_of(encode_words(euros))) {
    EXPECT_LE(line.size(), 77U);  // with the space before and the CR behind
  }
  // 15 characters of three bytes each fill 45 bytes exactly; one byte more must not tear one apart.
  EXPECT_EQ(encode_words("x" + euros).find("=?UTF-8?B?eOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrA==?="),
            0U);
}

TEST(Mime, what_looks_like_an_encoded_word_is_encoded) {
  EXPECT_EQ(encode_words("=?UTF-8?B?eA==?="), "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
}

TEST(Mime, phrases_are_quoted_where_they_must_be) {
  EXPECT_EQ(encode_phrase("Gate House"), "Gate House");
  EXPECT_EQ(encode_phrase("Gate, \"House\" \\"), "\"Gate, \\\"House\\\" \\\\\"");
  EXPECT_TRUE(encode_phrase("a <b@example.org>").starts_with('"'));
}

TEST(Mime, quoted_printable_keeps_lines_short_and_ends_visible) {
  EXPECT_EQ(quoted_printable("a=b\n"), "a=3Db\r\n");
  EXPECT_EQ(quoted_printable("end \nx\t"), "end=20\r\nx=09\r\n");
  for (const auto& line : lines_of(quoted_printable(std::string(500, 'x')))) EXPECT_LE(line.size(), 77U);
  EXPECT_EQ(quoted_printable("a\r\nb"), "a\r\nb\r\n");
}

}  // namespace
}  // namespace gatehouse::mail
