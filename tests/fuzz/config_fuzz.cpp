// The configuration file, whatever its bytes: no crash, no leak, and either settings or problems that stay on one line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "app/settings.hpp"
#include "platform/config/show.hpp"

namespace {

// A line that could move the cursor or forge a second line would break whoever reads the log.
bool is_one_line(std::string_view line) {
  for (const char c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = gatehouse::app::load_settings_from_text("f.toml", text);
  if (!loaded) {
    if (loaded.error().empty()) std::abort();
    for (const auto& problem : loaded.error()) {
      if (!is_one_line(to_string(problem))) std::abort();
    }
    return 0;
  }
  // Accepted settings hold what the rest of the program relies on.
  const auto& settings = loaded->settings;
  if (settings.token.issuer.empty() || settings.password.min_length < 8 || settings.process.roles.empty()) std::abort();
  if (settings.session.absolute < settings.session.idle) std::abort();
  for (const auto& rule : settings.gate.rules) {
    if (!rule.path.starts_with('/') || rule.path.find("..") == 1) std::abort();
  }
  if (gatehouse::config::show_text(loaded->entries).empty()) std::abort();
  return 0;
}
