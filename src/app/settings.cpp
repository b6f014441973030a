#include "app/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "app/settings_checks.hpp"
#include "app/settings_forms.hpp"
#include "platform/config/text.hpp"
#include "platform/config/toml_file.hpp"
#include "platform/config/units.hpp"

namespace gatehouse::app {
namespace {

constexpr std::string_view kFileVariable = "GATEHOUSE_CONFIG";

contract::RolePermissions default_roles() {
  using Reach = contract::Permission::Reach;
  return {{"admin", {{"*", "*", Reach::any}}},
          {"member",
           {{"profile", "read", Reach::own},
            {"profile", "write", Reach::own},
            {"session", "read", Reach::own},
            {"session", "end", Reach::own}}}};
}

// Kubernetes sets such variables in every container beside a service called `gatehouse`.
std::vector<std::string> ignored_variables() {
  return {std::string(kFileVariable), "GATEHOUSE_SERVICE_*", "GATEHOUSE_PORT", "GATEHOUSE_PORT_*"};
}

// Browsers know passkeys of a name only, and without TLS only those of this very machine by its name.
void complete_webauthn(Settings& settings) {
  auto& [rp_id, origins] = settings.webauthn;
  const std::string& url = settings.server.public_url;
  const bool tls = !settings.server.tls_certificate.empty();
  if (origins.empty()) {
    const std::string port = std::to_string(settings.server.listen.port);
    origins.push_back(!url.empty() ? url : (tls ? "https://localhost:" : "http://localhost:") + port);
  }
  if (rp_id.empty()) rp_id = host_of_origin(origins.front());
}

void complete(Settings& settings) {
  complete_webauthn(settings);
  for (const auto& text : settings.server.trusted_proxies) {
    if (const auto network = base::Cidr::parse(text)) settings.server.trusted_networks.push_back(*network);
  }
  if (!settings.token.issuer.empty()) return;
  settings.token.issuer = settings.origin();
}

using Loaded = base::Result<LoadedSettings, std::vector<config::Problem>>;

Loaded load_all(config::Sources sources) {
  sources.ignored_variables = ignored_variables();
  Settings settings;
  config::Schema schema = settings_schema(settings);
  config::Outcome outcome = config::load(schema, sources);
  check_combinations(settings, outcome);
  if (!outcome.problems.empty()) return {boost::system::in_place_error, std::move(outcome.problems)};
  complete(settings);
  return {boost::system::in_place_value, LoadedSettings{std::move(settings), std::move(outcome.entries)}};
}

std::optional<std::filesystem::path> file_of(const SettingsSources& sources) {
  if (sources.file) return sources.file;
  for (const auto& [name, value] : sources.environment) {
    if (name == kFileVariable && !value.empty()) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port_text = text.substr(colon + 1);
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = base::IpAddress::parse(host);
  if (!address || bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  if (port_text.empty() || port_text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto port = config::parse_integer(port_text);
  if (!port || *port > 65'535) return std::nullopt;
  return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

Settings::Settings() : roles(default_roles()) {}

std::string Settings::origin() const {
  if (!server.public_url.empty()) return server.public_url;
  return (server.tls_certificate.empty() ? "http://" : "https://") + server.listen.to_string();
}

bool Settings::runs(std::string_view role) const {
  return std::find(process.roles.begin(), process.roles.end(), role) != process.roles.end();
}

Loaded load_settings(const SettingsSources& sources) {
  config::Sources all{.environment = sources.environment, .flags = sources.flags};
  if (const auto file = file_of(sources)) {
    auto text = config::read_file(*file);
    if (!text) return {boost::system::in_place_error, std::vector<config::Problem>{text.error()}};
    all.file = config::FileText{file->string(), std::move(*text)};
  }
  return load_all(std::move(all));
}

Loaded load_settings_from_text(std::string_view name, std::string_view text, const SettingsSources& sources) {
  config::Sources all{.environment = sources.environment, .flags = sources.flags};
  all.file = config::FileText{std::string(name), std::string(text)};
  return load_all(std::move(all));
}

config::Environment process_environment() {
  config::Environment environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

}  // namespace gatehouse::app
