#include "identity/account/mistake.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "identity/account/password_policy.hpp"

namespace gatehouse::identity {
namespace {

// Each of an enumeration's values up to `last` has a code of its own.
template <class Error, class Problem>
void expect_codes(Error last, Problem problem_of) {
  std::set<Mistake> seen;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const FieldProblem problem = problem_of(static_cast<Error>(i));
    EXPECT_FALSE(problem.field.empty());
    EXPECT_FALSE(problem.message.empty());
    EXPECT_NE(problem.mistake, Mistake::invalid) << problem.message;
    EXPECT_TRUE(seen.insert(problem.mistake).second) << problem.message;
    // A page that says it by the code has no other number than this.
    const bool bounded = problem.message.find(" at ") != std::string::npos;  // at least, at most
    EXPECT_EQ(problem.limit > 0, bounded) << problem.message;
    if (problem.limit > 0) {
      EXPECT_NE(problem.message.find(std::to_string(problem.limit)), std::string::npos) << problem.message;
    }
  }
}

TEST(Mistake, every_error_of_a_username_has_its_own_code) {
  expect_codes(text::UsernameError::mixed_direction, username_problem);
}

TEST(Mistake, every_error_of_an_address_has_its_own_code) { expect_codes(text::EmailError::bad_domain, email_problem); }

TEST(Mistake, every_error_of_a_password_has_its_own_code) {
  const PasswordPolicy policy(PasswordRules{.min_characters = 15, .max_characters = 99});
  expect_codes(PasswordError::contains_name, [&](PasswordError error) { return policy.problem(error, "password"); });
}

TEST(Mistake, stands_in_the_order_of_the_enumeration_with_unique_codes) {
  std::set<std::string> codes;
  std::size_t index = 0;
  for (const auto& row : mistake_table()) {
    EXPECT_EQ(static_cast<std::size_t>(row.mistake), index++);
    EXPECT_EQ(code_of(row.mistake), row.code);
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
  }
  EXPECT_EQ(index, static_cast<std::size_t>(Mistake::no_factor) + 1);
}

}  // namespace
}  // namespace gatehouse::identity
