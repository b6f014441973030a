#include "gate/refusals.hpp"

#include <gtest/gtest.h>

#include "platform/base/clock.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::gate {
namespace {

class RefusalsTest : public testing::Test {
 protected:
  contract::AccountId account() { return contract::AccountId(base::Uuid::v7(clock, random)); }

  base::FakeClock clock;
  test::FakeRandom random;
  Refusals refusals;
};

TEST_F(RefusalsTest, what_is_alike_is_counted_and_what_is_not_is_told_apart) {
  const auto alice = account();
  const Refusal first{.account = alice, .rule = 2, .method = "GET"};
  for (int i = 0; i < 1'000; ++i) refusals.note(first);
  refusals.note({.account = account(), .rule = 2, .method = "GET"});
  refusals.note({.account = alice, .rule = 3, .method = "GET"});
  refusals.note({.account = alice, .rule = 2, .method = "POST"});
  refusals.note({.account = alice, .reason = Reason::denied_by_rule, .rule = 2, .method = "GET"});
  refusals.note({.rule = 2, .method = "GET"});
  const auto taken = refusals.take();
  ASSERT_EQ(taken.size(), 6U);
  EXPECT_EQ(taken[0].account, alice);
  EXPECT_EQ(taken[0].times, 1'000U);
  EXPECT_TRUE(refusals.take().empty());
}

TEST_F(RefusalsTest, a_flood_of_accounts_takes_no_more_than_its_place) {
  for (std::size_t i = 0; i < Refusals::kMostKept + 10; ++i) refusals.note({.account = account(), .method = "GET"});
  EXPECT_EQ(refusals.dropped(), 10U);
  EXPECT_EQ(refusals.take().size(), Refusals::kMostKept);
  refusals.note({.account = account(), .method = "GET"});
  EXPECT_EQ(refusals.take().size(), 1U) << "there is place again";
}

TEST_F(RefusalsTest, a_method_is_one_that_is_known_or_none_of_the_clients_choice) {
  EXPECT_EQ(method_name("DELETE"), "DELETE");
  EXPECT_EQ(method_name("delete"), "other");
  EXPECT_EQ(method_name(""), "other");
  EXPECT_EQ(method_name("<script>"), "other");
}

}  // namespace
}  // namespace gatehouse::gate
