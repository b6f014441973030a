#include "identity/defence/proof_of_work.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "identity/defence/proof_solver.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using test_only::base64;
using test_only::find_number;
using test_only::payload;
using test_only::solve;

struct ProofOfWorkTest : ::testing::Test {
  ProofError error_of(const std::string& text, Work at_least = 100) const {
    const auto checked = proofs.check(text, at_least);
    EXPECT_FALSE(checked) << text;
    return checked ? ProofError::malformed : checked.error();
  }
  base::FakeClock clock;
  test::FakeRandom random;
  ProofOfWork proofs{base::Secret(std::string(32, 'k')), {}, clock, random};
};

TEST_F(ProofOfWorkTest, accepts_what_a_client_has_solved) {
  const auto challenge = proofs.issue(100);
  EXPECT_EQ(challenge.at("algorithm").as_string(), "SHA-256");
  EXPECT_EQ(challenge.at("maxnumber").as_uint64(), 100U);
  EXPECT_LE(find_number(challenge), 100);
  const auto proof = proofs.check(solve(challenge), 100);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->remaining, 300s);
  EXPECT_EQ(proof->id, std::string(challenge.at("challenge").as_string()));
}

TEST_F(ProofOfWorkTest, no_two_challenges_are_alike) {
  EXPECT_NE(proofs.issue(100).at("salt"), proofs.issue(100).at("salt"));
}

TEST_F(ProofOfWorkTest, refuses_a_wrong_number) {
  const auto challenge = proofs.issue(100);
  EXPECT_EQ(error_of(payload(challenge, find_number(challenge) + 1)), ProofError::wrong);
  EXPECT_EQ(error_of(payload(challenge, -1)), ProofError::malformed);
}

TEST_F(ProofOfWorkTest, expires) {
  const auto solved = solve(proofs.issue(100));
  clock.advance(299s);
  EXPECT_TRUE(proofs.check(solved, 100));
  clock.advance(1s);
  EXPECT_EQ(error_of(solved), ProofError::expired);
}

TEST_F(ProofOfWorkTest, refuses_less_work_than_is_asked_for_now) {
  EXPECT_EQ(error_of(solve(proofs.issue(99))), ProofError::too_little);
}

TEST_F(ProofOfWorkTest, refuses_a_challenge_that_somebody_else_made_up) {
  const ProofOfWork foreign(base::Secret(std::string(32, 'x')), {}, clock, random);
  EXPECT_EQ(error_of(solve(foreign.issue(100))), ProofError::forged);
}

// CVE-2025-68113: digits moved from the number into the salt hash to the same challenge; they must not become another
// time of expiry or another amount of work.
TEST_F(ProofOfWorkTest, refuses_a_number_whose_digits_were_moved_into_the_salt) {
  auto challenge = proofs.issue(100'000);
  std::int64_t number = find_number(challenge);
  while (number < 10 || std::to_string(number)[1] == '0') {
    challenge = proofs.issue(100'000);
    number = find_number(challenge);
  }
  const std::string digits = std::to_string(number);
  auto spliced = challenge;
  spliced["salt"] = std::string(challenge.at("salt").as_string()) + digits[0];
  EXPECT_EQ(error_of(payload(spliced, std::stoll(digits.substr(1)))), ProofError::wrong);
}

TEST_F(ProofOfWorkTest, refuses_a_salt_that_was_changed) {
  const auto challenge = proofs.issue(100);
  const auto number = find_number(challenge);
  auto later = challenge;
  std::string salt(challenge.at("salt").as_string());
  salt.replace(salt.find("expires=") + 8, 1, "9");
  later["salt"] = salt;
  EXPECT_EQ(error_of(payload(later, number)), ProofError::wrong);
}

TEST_F(ProofOfWorkTest, refuses_what_is_no_payload) {
  auto other = proofs.issue(100);
  other["algorithm"] = "SHA-1";
  EXPECT_EQ(error_of(solve(other)), ProofError::malformed);
  for (const std::string text : {"", "x", "{}", "====", "e30", "e30=", "bnVsbA==", "W10="}) {
    EXPECT_EQ(error_of(text), ProofError::malformed) << text;
  }
  EXPECT_EQ(error_of(std::string(1'000'000, 'A')), ProofError::malformed);
  EXPECT_EQ(error_of(base64(R"({"algorithm":"SHA-256","challenge":1,"number":2,"salt":3,"signature":4})")),
            ProofError::malformed);
  EXPECT_EQ(error_of(base64(R"({"algorithm":"SHA-256","challenge":"","number":1e3,"salt":"","signature":""})")),
            ProofError::malformed);
  EXPECT_EQ(error_of(base64(R"({"algorithm":"SHA-256","challenge":"","number":1,"salt":"","signature":""})")),
            ProofError::forged);
}

}  // namespace
}  // namespace gatehouse::identity
