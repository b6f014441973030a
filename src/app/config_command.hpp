#pragma once

#include <iosfwd>
#include <string>

#include "app/settings.hpp"

namespace gatehouse::app {

// `gatehouse config check`: every problem on a line of its own on `err`, or one line on `out` that says all is well.
// Returns the exit status: 0 or 1.
[[nodiscard]] int config_check(const SettingsSources& sources, std::ostream& out, std::ostream& err);

// `gatehouse config show [--json]`: every setting, its value and default, and where the value came from. Secrets are
// masked. With problems it shows those instead, as `config check` does.
[[nodiscard]] int config_show(const SettingsSources& sources, bool json, std::ostream& out, std::ostream& err);

// `gatehouse config docs`: docs/ops/configuration.md, made from the table that reads the settings.
[[nodiscard]] std::string render_reference();

// What `serve` and the commands print when their settings can't be used: the same lines as `config check`.
void print_problems(const std::vector<config::Problem>& problems, std::ostream& err);

}  // namespace gatehouse::app
