#include "platform/audit/event_line.hpp"

#include <gtest/gtest.h>

#include <set>

#include "platform/base/json.hpp"

namespace gatehouse::audit {
namespace {

RecordedEvent event() {
  return {.seq = 7,
          .at = base::from_unix_ms(1'800'000'000'123),
          .type = "session.ended",
          .actor = base::Uuid::from_bytes(std::string(16, '\x01')),
          .fields = R"({"reason":"sign_out"})"};
}

TEST(EventLine, is_one_line_of_json) {
  EXPECT_EQ(event_line(event()),
            R"({"seq":7,"at":"2027-01-15T08:00:00.123Z","type":"session.ended",)"
            R"("actor":"01010101-0101-0101-0101-010101010101","subject":null,"fields":{"reason":"sign_out"}})");
}

TEST(EventLine, L01_stays_one_line_whatever_the_database_was_made_to_hold) {
  auto hostile = event();
  hostile.type = "x\"}\r\n{\"seq\":8";
  for (const char* fields :
       {"{\"a\":\n\"b\"}", "{}{}", "not json", "[1]", "{\"a\":1,\"a\":2}", "", "\xff", "{\"a\":\"\x1b[0m\"}"}) {
    hostile.fields = fields;
    const std::string line = event_line(hostile);
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << fields;
    const auto value = base::parse_json(line);
    ASSERT_TRUE(value) << fields;
    EXPECT_TRUE(value->as_object().at("fields").is_string()) << fields;
  }
}

TEST(EventLine, L04_no_two_different_events_have_one_line) {
  std::vector<RecordedEvent> events(9, event());
  events[1].seq = 8;
  events[2].at += std::chrono::milliseconds(1);
  events[3].at += std::chrono::years(65'536);  // would be the same year to a 16-bit calendar
  events[4].type = "session.Ended";
  events[5].actor = std::nullopt;
  events[6].subject = events[6].actor;
  events[7].fields = R"({"reason": "sign_out"})";
  events[8].type += std::string(100'000, 'x');
  std::set<std::string> lines;
  for (const auto& each : events) lines.insert(event_line(each));
  auto longer = events[8];
  longer.type += 'y';
  lines.insert(event_line(longer));
  EXPECT_EQ(lines.size(), 10U);
}

}  // namespace
}  // namespace gatehouse::audit
