#include "identity/session/agent_family.hpp"

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

TEST(AgentFamily, knows_the_usual_browsers_and_systems) {
  struct Case {
    const char* header;
    const char* family;
  };
  for (const auto& [header, family] : {
           Case{"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"},
           Case{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
                "Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows"},
           Case{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
                "Safari/537.36",
                "Chrome on Android"},
           Case{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.6 Mobile/15E148 Safari/604.1",
                "Safari on iPhone"},
           Case{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.6 Safari/605.1.15",
                "Safari on macOS"},
           Case{"curl/8.5.0", "curl"},
           Case{"", "Another program"},
       }) {
    EXPECT_EQ(agent_family(header), family) << header;
  }
}

TEST(AgentFamily, says_nothing_that_the_sender_wrote) {
  EXPECT_EQ(agent_family("Ring +49 30 123 to unlock your account <a href=//evil.example>"), "Another program");
}

}  // namespace
}  // namespace gatehouse::identity
