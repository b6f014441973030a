#include "contract/assurance.hpp"

#include <gtest/gtest.h>

namespace gatehouse::contract {
namespace {

TEST(Assurance, rises_with_what_was_shown) {
  EXPECT_EQ(assurance_of_amr({}), Assurance::one_factor);
  EXPECT_EQ(assurance_of_amr({"pwd"}), Assurance::one_factor);
  EXPECT_EQ(assurance_of_amr({"hwk", "user"}), Assurance::one_factor);  // present, but nobody was verified
  EXPECT_EQ(assurance_of_amr({"pwd", "otp", "mfa"}), Assurance::two_factors);
  EXPECT_EQ(assurance_of_amr({"pwd", "hwk", "user", "mfa"}), Assurance::phishing_resistant);
  EXPECT_EQ(assurance_of_amr({"swk", "user", "mfa"}), Assurance::phishing_resistant);
  EXPECT_LT(Assurance::two_factors, Assurance::phishing_resistant);
}

TEST(Assurance, a_text_nobody_knows_is_the_lowest) {
  for (const auto level : {Assurance::one_factor, Assurance::two_factors, Assurance::phishing_resistant}) {
    EXPECT_EQ(assurance_of_acr(acr_of(level)), level);
  }
  for (const char* text : {"", "1", "mfa", "PHR", "phr ", "urn:gatehouse:acr:3fa"}) {
    EXPECT_EQ(assurance_of_acr(text), Assurance::one_factor) << text;
  }
}

}  // namespace
}  // namespace gatehouse::contract
