#pragma once

#include <functional>
#include <string>

#include "platform/http/server.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// Figures that are kept where they arise and read at each scrape. REQUIRES: what is read outlives the last one.
void register_pool(telemetry::Metrics& metrics, const std::string& pool, std::function<runtime::PoolStats()> stats);
void register_connections(telemetry::Metrics& metrics, const http::ServerStats& connections);

}  // namespace gatehouse::app
