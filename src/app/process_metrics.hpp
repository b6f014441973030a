#pragma once

#include "app/installation.hpp"
#include "platform/http/server.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// Figures that are kept where they arise and read at each scrape: pools, commits, keys, connections.
// REQUIRES: all outlive the last scrape.
void register_process_metrics(telemetry::Metrics& metrics, const Installation& installation,
                              const runtime::Pool& hashing, const http::ServerStats& connections);

}  // namespace gatehouse::app
