#include "identity/token/one_time_token.hpp"

#include <gtest/gtest.h>

#include <string>

#include "platform/base/clock.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

class OneTimeToken : public ::testing::Test {
 protected:
  base::Uuid reference() { return base::Uuid::v7(clock_, random_); }

  base::FakeClock clock_;
  test::FakeRandom random_;
  OneTimeTokenCodec codec_{base::Secret(std::string(32, 'k'))};
  OneTimeTokenCodec other_{base::Secret(std::string(32, 'o'))};
};

constexpr auto kReset = TokenPurpose::reset_password;
constexpr auto kVerify = TokenPurpose::verify_email;

TEST_F(OneTimeToken, opens_what_it_was_made_for) {
  const auto id = reference();
  const auto token = codec_.encode(kReset, id);
  EXPECT_TRUE(token.expose().starts_with("ghm_"));
  EXPECT_EQ(codec_.decode(kReset, token.expose()), id);
  EXPECT_TRUE(token == codec_.encode(kReset, id));  // the worker and whoever verifies compute the same
}

TEST_F(OneTimeToken, one_for_a_purpose_opens_no_other) {
  const auto token = codec_.encode(kVerify, reference());
  for (const auto purpose : {TokenPurpose::change_email, kReset, TokenPurpose::invite}) {
    EXPECT_FALSE(codec_.decode(purpose, token.expose()));
  }
  EXPECT_FALSE(other_.decode(kVerify, token.expose()));
}

TEST_F(OneTimeToken, refuses_each_changed_character_and_each_other_length) {
  const std::string token(codec_.encode(kReset, reference()).expose());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(codec_.decode(kReset, forged)) << i;
  }
  EXPECT_FALSE(codec_.decode(kReset, token + "A"));
  EXPECT_FALSE(codec_.decode(kReset, token.substr(0, token.size() - 1)));
  EXPECT_FALSE(codec_.decode(kReset, ""));
}

TEST_F(OneTimeToken, a_code_is_read_as_people_type_it) {
  const auto id = reference();
  const std::string code(codec_.code(kReset, id).expose());
  ASSERT_EQ(code.size(), 9U);
  EXPECT_EQ(code[4], '-');
  std::string typed;
  for (const char c : code) {
    if (c != '-') typed += static_cast<char>(std::tolower(c));
  }
  for (char& c : typed) c = c == '1' ? 'l' : c == '0' ? 'o' : c;
  EXPECT_TRUE(codec_.is_code(kReset, id, code));
  EXPECT_TRUE(codec_.is_code(kReset, id, typed));
  EXPECT_TRUE(codec_.is_code(kReset, id, code.substr(0, 4) + " " + code.substr(5)));
  EXPECT_TRUE(codec_.is_code(kReset, id, " " + code + " "));
}

TEST_F(OneTimeToken, M02_refuses_codes_of_another_purpose_reference_length_or_script) {
  const auto id = reference();
  const std::string code(codec_.code(kReset, id).expose());
  EXPECT_FALSE(codec_.is_code(kVerify, id, code));
  EXPECT_FALSE(codec_.is_code(kReset, reference(), code));
  EXPECT_FALSE(other_.is_code(kReset, id, code));
  EXPECT_FALSE(codec_.is_code(kReset, id, code.substr(1)));
  EXPECT_FALSE(codec_.is_code(kReset, id, code + "0"));
  EXPECT_FALSE(codec_.is_code(kReset, id, "\t" + code));
  EXPECT_FALSE(codec_.is_code(kReset, id, code + std::string(32, ' ')));
  EXPECT_FALSE(codec_.is_code(kReset, id, ""));
  EXPECT_FALSE(codec_.is_code(kReset, id, std::string(1 << 20, '0')));
}

TEST_F(OneTimeToken, a_code_is_no_part_of_its_token) {
  const auto id = reference();
  const std::string token(codec_.encode(kReset, id).expose());
  std::string code(codec_.code(kReset, id).expose());
  code.erase(4, 1);
  EXPECT_EQ(token.find(code), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::identity
