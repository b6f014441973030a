#include "app/process_metrics.hpp"

#include <functional>
#include <string>
#include <utility>

namespace gatehouse::app {

void register_pool(telemetry::Metrics& metrics, const std::string& pool, std::function<runtime::PoolStats()> stats) {
  const telemetry::Labels labels{{"pool", pool}};
  const auto gauge = [&](const char* name, const char* help, auto member) {
    metrics.gauge_from(name, help, labels, [stats, member] { return static_cast<double>(stats().*member); });
  };
  const auto counter = [&](const char* name, const char* help, auto member) {
    metrics.counter_from(name, help, labels, [stats, member] { return static_cast<double>(stats().*member); });
  };
  gauge("gatehouse_runtime_pool_waiting", "Tasks that wait.", &runtime::PoolStats::depth);
  gauge("gatehouse_runtime_pool_running", "Tasks that run.", &runtime::PoolStats::busy);
  counter("gatehouse_runtime_pool_tasks_total", "Tasks done.", &runtime::PoolStats::done);
  counter("gatehouse_runtime_pool_refused_total", "Tasks refused: queue full, or waited too long.",
          &runtime::PoolStats::refused);
  counter("gatehouse_runtime_pool_wait_seconds_total", "Time tasks waited.", &runtime::PoolStats::wait_seconds_total);
  counter("gatehouse_runtime_pool_busy_seconds_total", "Time tasks ran.", &runtime::PoolStats::busy_seconds_total);
}

void register_connections(telemetry::Metrics& metrics, const http::ServerStats& connections) {
  metrics.gauge_from("gatehouse_http_connections", "Open connections of the public listener.", {},
                     [&connections] { return static_cast<double>(connections.open.load()); });
  const auto total = [&](const char* outcome, const std::atomic<std::uint64_t>& value) {
    metrics.counter_from("gatehouse_http_connections_total", "Connections and what became of them.",
                         {{"outcome", outcome}}, [&value] { return static_cast<double>(value.load()); });
  };
  total("accepted", connections.accepted);
  total("refused", connections.refused);
  total("timed_out", connections.timed_out);
  total("malformed", connections.malformed);
}

}  // namespace gatehouse::app
