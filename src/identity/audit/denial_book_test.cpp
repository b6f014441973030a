#include "identity/audit/denial_book.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRoute = "/v1/admin/accounts";

class DenialBookTest : public ::testing::Test {
 protected:
  contract::AccountId account() { return contract::AccountId(base::Uuid::v7(clock_, random_)); }
  void deny(contract::AccountId who, int times = 1, const char* route = kRoute) {
    for (int i = 0; i < times; ++i) book_.note(who, route, "account:read");
  }
  std::vector<audit::Event> take() { return book_.take(clock_.now()); }

  base::FakeClock clock_;
  test::FakeRandom random_;
  DenialBook book_;
};

TEST_F(DenialBookTest, the_first_is_told_at_once_with_who_where_and_what_was_missing) {
  const auto alice = account();
  deny(alice);
  const auto events = take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, audit::type::kAccessDenied);
  EXPECT_EQ(events[0].actor, alice.uuid());
  ASSERT_EQ(events[0].fields.size(), 3U);
  EXPECT_EQ(events[0].fields[0].value, kRoute);
  EXPECT_EQ(events[0].fields[1].value, "account:read");
  EXPECT_EQ(events[0].fields[2].value, "1");
  EXPECT_TRUE(take().empty());
}

TEST_F(DenialBookTest, a_flood_is_one_event_a_window_that_says_how_many) {
  const auto alice = account();
  deny(alice);
  EXPECT_EQ(take().size(), 1U);
  deny(alice, 5'000);
  clock_.advance(DenialBook::kWindow - 1s);
  EXPECT_TRUE(take().empty());
  clock_.advance(1s);
  const auto events = take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].fields[2].value, "5000");
}

TEST_F(DenialBookTest, accounts_and_routes_are_told_apart) {
  const auto alice = account();
  deny(alice);
  deny(alice, 1, "/v1/admin/audit");
  deny(account());
  EXPECT_EQ(take().size(), 3U);
}

TEST_F(DenialBookTest, what_nobody_known_was_refused_has_no_actor_and_is_counted_with_its_times) {
  for (int i = 0; i < 2; ++i) book_.note({.what = {{"reason", "denied_by_rule"}, {"rule", "3"}}, .times = 20});
  book_.note({.what = {{"reason", "denied_by_rule"}, {"rule", "4"}}});
  auto events = take();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_FALSE(events[0].actor);
  EXPECT_FALSE(events[0].subject);
  EXPECT_EQ(audit::encode_fields(events[0].fields), R"({"reason":"denied_by_rule","rule":"3","times":"40"})");
}

TEST_F(DenialBookTest, many_accounts_can_not_make_more_than_there_is_place_for) {
  for (std::size_t i = 0; i < DenialBook::kMostKept + 10; ++i) deny(account());
  EXPECT_EQ(book_.dropped(), 10U);
  EXPECT_EQ(take().size(), DenialBook::kMostKept);
  deny(account());
  EXPECT_TRUE(take().empty());
  clock_.advance(DenialBook::kWindow);
  EXPECT_TRUE(take().empty());  // the quiet ones are forgotten
  deny(account());
  EXPECT_EQ(take().size(), 1U);
}

TEST_F(DenialBookTest, nothing_is_lost_between_threads) {
  const auto alice = account();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { deny(alice, 1'000); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(take().at(0).fields[2].value, "4000");
}

}  // namespace
}  // namespace gatehouse::identity
