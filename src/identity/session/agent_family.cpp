#include "identity/session/agent_family.hpp"

#include <array>
#include <utility>

namespace gatehouse::identity {
namespace {

using Sign = std::pair<std::string_view, std::string_view>;  // what stands in the header, what we call it

// In this order: most browsers claim to be Chrome and Safari as well.
constexpr std::array kPrograms{
    Sign{"Edg", "Edge"},         Sign{"OPR/", "Opera"},       Sign{"SamsungBrowser/", "Samsung Internet"},
    Sign{"Firefox/", "Firefox"}, Sign{"FxiOS/", "Firefox"},   Sign{"CriOS/", "Chrome"},
    Sign{"Chrome/", "Chrome"},   Sign{"Chromium/", "Chrome"}, Sign{"Safari/", "Safari"},
    Sign{"curl/", "curl"},
};
// Android claims to be Linux, an iPhone to be like a Mac.
constexpr std::array kSystems{
    Sign{"iPhone", "iPhone"}, Sign{"iPad", "iPad"},      Sign{"Android", "Android"}, Sign{"Windows", "Windows"},
    Sign{"CrOS", "ChromeOS"}, Sign{"Mac OS X", "macOS"}, Sign{"Linux", "Linux"},
};

template <class Signs>
std::string_view first_of(const Signs& signs, std::string_view text) {
  for (const auto& [sign, name] : signs) {
    if (text.find(sign) != std::string_view::npos) return name;
  }
  return {};
}

}  // namespace

std::string agent_family(std::string_view user_agent) {
  const auto program = first_of(kPrograms, user_agent);
  const auto system = first_of(kSystems, user_agent);
  std::string family(program.empty() ? "Another program" : program);
  if (!system.empty()) family.append(" on ").append(system);
  return family;
}

}  // namespace gatehouse::identity
