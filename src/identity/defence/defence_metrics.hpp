#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "identity/defence/attack_detector.hpp"
#include "identity/defence/proof_of_work.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::identity {

// Why a visitor is asked for work. Never told outside: it would say whose account is under attack.
enum class Suspicion : std::uint8_t { address_blocked, account_attacked, spraying, stuffing, busy, newcomer };
[[nodiscard]] std::string_view to_string(Suspicion suspicion);

// The figures of this folder. Thread-safe.
class DefenceMetrics {
 public:
  explicit DefenceMetrics(telemetry::Metrics& metrics);

  void hindered(Suspicion why) noexcept { hindered_[static_cast<std::size_t>(why)].increment(); }
  void passed_by_work(Suspicion why) noexcept { passed_[static_cast<std::size_t>(why)].increment(); }
  void refused_proof(ProofError why) noexcept { proofs_[static_cast<std::size_t>(why)].increment(); }
  void refused_used_proof() noexcept { used_.increment(); }
  void blocked() noexcept { blocked_.increment(); }
  void detected(Attack attack) noexcept { detected_[static_cast<std::size_t>(attack)].increment(); }
  void issued() noexcept { issued_.increment(); }

 private:
  std::vector<telemetry::Counter> hindered_;  // by suspicion
  std::vector<telemetry::Counter> passed_;    // by suspicion
  std::vector<telemetry::Counter> proofs_;    // by error
  telemetry::Counter used_;
  telemetry::Counter blocked_;
  std::vector<telemetry::Counter> detected_;  // by attack
  telemetry::Counter issued_;
};

}  // namespace gatehouse::identity
