#pragma once

#include "app/settings.hpp"
#include "gate/gate.hpp"
#include "gate/policy.hpp"

namespace gatehouse::app {

// The gate's part of the settings, in its own words.
[[nodiscard]] gate::GateOptions gate_options(const Settings& settings);
[[nodiscard]] gate::Policy gate_policy(const Settings& settings);

}  // namespace gatehouse::app
