#include "app/gate_denials.hpp"

#include <gtest/gtest.h>

#include "platform/audit/log.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::app {
namespace {

class GateDenialsTest : public testing::Test {
 protected:
  base::FakeClock clock;
  test::FakeRandom random;
  telemetry::CollectedLog log;
  const contract::AccountId alice{base::Uuid::v7(clock, random)};
  const gate::Refusal refusal{.account = alice, .rule = 3, .method = "POST", .times = 2};
};

TEST_F(GateDenialsTest, a_refusal_becomes_an_event_of_the_account_with_reason_rule_and_method) {
  identity::DenialBook book;
  note_in(book, {.by_gate = {refusal}});
  note_in(book, {.by_gate = {refusal}});
  const auto events = book.take(clock.now());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].actor, alice.uuid());
  EXPECT_EQ(audit::encode_fields(events[0].fields),
            R"({"gate_reason":"not_permitted","gate_rule":"3","method":"POST","times":"4"})");
}

TEST_F(GateDenialsTest, what_no_parser_takes_is_counted_in_an_event_of_nobody) {
  identity::DenialBook book;
  for (int i = 0; i < 10; ++i) note_in(book, {.malformed = 7});
  note_in(book, {});
  const auto events = book.take(clock.now());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, "requests.malformed");
  EXPECT_FALSE(events[0].actor);
  EXPECT_EQ(audit::encode_fields(events[0].fields), R"({"times":"70"})");
}

TEST_F(GateDenialsTest, without_a_database_it_is_a_line_of_the_log_and_a_flood_is_a_few) {
  LoggedDenials denials(clock, log.logger());
  for (int i = 0; i < 1'000; ++i)
    denials.tell({.by_gate = {refusal, {.reason = gate::Reason::bad_request, .method = "other"}}, .malformed = 3});
  ASSERT_EQ(log.lines().size(), 3U);
  EXPECT_TRUE(log.contains(R"("gate_reason":"not_permitted")"));
  EXPECT_TRUE(log.contains(alice.to_string()));
  EXPECT_TRUE(log.contains(R"("gate_reason":"bad_request")"));
  clock.advance(identity::DenialBook::kWindow);
  denials.tell({});
  EXPECT_EQ(log.lines().size(), 6U);
  EXPECT_TRUE(log.contains("requests_malformed"));
  EXPECT_TRUE(log.contains(R"("times":"2997")"));
  EXPECT_TRUE(log.contains(R"("times":"1998")"));
}

}  // namespace
}  // namespace gatehouse::app
