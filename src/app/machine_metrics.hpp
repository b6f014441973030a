#pragma once

#include <filesystem>

#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// What the process takes of its machine (`process_…`, by the names that every exporter gives them), the room on the
// disk of the data folder, and the program's version.
void register_machine_metrics(telemetry::Metrics& metrics, const std::filesystem::path& data);

}  // namespace gatehouse::app
