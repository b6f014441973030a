#pragma once

#include "app/installation.hpp"
#include "identity/defence/defence.hpp"
#include "identity/defence/defence_metrics.hpp"
#include "identity/defence/known_devices.hpp"
#include "identity/defence/proof_of_work.hpp"
#include "platform/limits/shared/shared_limits.hpp"
#include "platform/limits/window_counter.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// identity/defence with all that it needs. Thread-safe.
class Defences {
 public:
  // `shared`: null when this process counts for itself. REQUIRES: all outlive it.
  Defences(Installation& installation, const runtime::Pool& hashing, limits::SharedLimits* shared,
           telemetry::Logger& log, telemetry::Metrics& metrics);

  [[nodiscard]] identity::Defence& defence() noexcept { return defence_; }
  [[nodiscard]] const identity::KnownDevices& devices() const noexcept { return devices_; }

 private:
  identity::DefenceMetrics metrics_;
  identity::KnownDevices devices_;
  identity::ProofOfWork proofs_;
  limits::LocalWindowCounter attacks_;  // these three unused where processes count together
  limits::LocalWindowCounter overall_;
  limits::LocalWindowCounter used_once_;
  identity::Defence defence_;
};

}  // namespace gatehouse::app
