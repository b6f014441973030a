#include "platform/audit/event_types.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "platform/audit/event_store.hpp"

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
  std::set<std::string> program;
  for (const auto type : type::kSecurity) program.insert(std::string(type));
  EXPECT_EQ(program, found_in("docs/security/events.md", std::regex("\n\\| \\*\\*`([a-z_]+\\.[a-z_]+)`")));
  EXPECT_LE(type::kSecurity.size(), EventFilter::kMaxTypes);
}

}  // namespace
}  // namespace gatehouse::audit
