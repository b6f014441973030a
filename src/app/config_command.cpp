#include "app/config_command.hpp"

#include <ostream>

#include "platform/config/show.hpp"

namespace gatehouse::app {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Made by `gatehouse config docs`; a test holds it to the program. -->

Without any configuration `gatehouse serve` starts on 127.0.0.1:8080, safe, with a data folder of its own. What is given
counts in this order, the later one wins:

1. the default;
2. a TOML file: `--config FILE`, or `$GATEHOUSE_CONFIG`; no other place is looked at;
3. the environment: `server.public_url` is `GATEHOUSE_SERVER_PUBLIC_URL`; lists are separated by commas;
4. a flag: `--listen` is `server.listen`, `--data` is `data.dir`, `--roles` is `process.roles`.

`gatehouse config check` tells everything that is wrong at once, each problem with its file, line and remedy.
`gatehouse config show` prints every setting, its default, and where its value came from. An unknown key, an unknown
`GATEHOUSE_` variable, a wrong type and a combination that would be unsafe are errors: nothing is ignored silently.
(Variables that Kubernetes sets for a service called `gatehouse`, `GATEHOUSE_SERVICE_…` and `GATEHOUSE_PORT…`, are.)

Durations are written `"250ms"`, `"10s"`, `"15m"`, `"12h"`, `"30d"`; sizes `"512B"`, `"16KiB"`, `"4MiB"`, `"1GiB"`.
Tables such as `[[gate.rule]]` and `[roles]` stand in the file only.

A listener for other machines needs `server.tls_certificate` and `server.tls_key`, or a proxy named in
`server.trusted_proxies` that stands in front of it, or `server.allow_plain_http`.
)";

}  // namespace

void print_problems(const std::vector<config::Problem>& problems, std::ostream& err) {
  for (const auto& problem : problems) err << to_string(problem) << '\n';
}

int config_check(const SettingsSources& sources, std::ostream& out, std::ostream& err) {
  const auto loaded = load_settings(sources);
  if (!loaded) {
    print_problems(loaded.error(), err);
    return 1;
  }
  out << "the configuration is fine\n";
  return 0;
}

int config_show(const SettingsSources& sources, bool json, std::ostream& out, std::ostream& err) {
  const auto loaded = load_settings(sources);
  if (!loaded) {
    print_problems(loaded.error(), err);
    return 1;
  }
  out << (json ? config::show_json(loaded->entries) : config::show_text(loaded->entries));
  return 0;
}

std::string render_reference() {
  Settings defaults;
  return std::string(kIntroduction) + config::reference_markdown(settings_schema(defaults));
}

}  // namespace gatehouse::app
