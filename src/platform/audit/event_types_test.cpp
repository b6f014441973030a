#include "platform/audit/event_types.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "platform/audit/event_store.hpp"
#include "platform/audit/security_events.hpp"

namespace gatehouse::audit {
namespace {

std::set<std::string> found_in(const char* path, const std::regex& form) {
  std::ifstream file(std::string(GATEHOUSE_SOURCE_DIR) + "/" + path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), form), end; at != end; ++at) found.insert((*at)[1]);
  return found;
}

TEST(EventTypes, are_documented_exactly) {
  const auto program = found_in("src/platform/audit/event_types.hpp", std::regex("= \"([a-z_]+\\.[a-z_]+)\""));
  const auto documented = found_in("docs/security/events.md", std::regex("\n\\| \\**`([a-z_]+\\.[a-z_]+)`"));
  EXPECT_GT(program.size(), 20U);
  EXPECT_EQ(program, documented);
}

TEST(EventTypes, security_events_are_documented_as_such_and_fit_a_filter) {
  const std::set<std::string> program(kSecurityTypes.begin(), kSecurityTypes.end());
  EXPECT_EQ(program.size(), kSecurityEvents.size());  // each once
  EXPECT_EQ(program, found_in("docs/security/events.md", std::regex("\n\\| \\*\\*`([a-z_]+\\.[a-z_]+)`")));
  EXPECT_LE(kSecurityTypes.size(), EventFilter::kMaxTypes);
}

TEST(EventTypes, which_of_them_are_alerts_is_documented_and_each_alert_has_words) {
  std::map<Telling, std::set<std::string>> program;
  for (const auto& event : kSecurityEvents) {
    program[event.telling].insert(std::string(event.type));
    EXPECT_EQ(std::string_view(event.words).empty(), event.telling == Telling::listed) << event.type;
  }
  EXPECT_EQ(program[Telling::listed], found_in("docs/security/events.md", std::regex("\n- no alert: `([a-z_.]+)`")));
  EXPECT_EQ(
      program[Telling::at_once_with_power],
      found_in("docs/security/events.md", std::regex("\n- an alert only of roles that manage accounts: `([a-z_.]+)`")));
}

}  // namespace
}  // namespace gatehouse::audit
