#include "identity/defence/defence_metrics.hpp"

#include <string>

namespace gatehouse::identity {
namespace {

template <class Enum>
std::vector<telemetry::Counter> counters(telemetry::Metrics& metrics, Enum last, const std::string& name,
                                         const std::string& help) {
  std::vector<telemetry::Counter> all;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    all.push_back(metrics.counter(name, help, {{"reason", std::string(to_string(static_cast<Enum>(i)))}}));
  }
  return all;
}

constexpr const char* kProofs = "gatehouse_identity_proofs_refused_total";
constexpr const char* kProofsHelp = "Proofs of work that were refused, by reason.";

}  // namespace

std::string_view to_string(Suspicion suspicion) {
  switch (suspicion) {
    case Suspicion::address_blocked: return "address_blocked";
    case Suspicion::account_attacked: return "account_attacked";
    case Suspicion::spraying: return "spraying";
    case Suspicion::stuffing: return "stuffing";
    case Suspicion::busy: return "busy";
    case Suspicion::newcomer: return "newcomer";
  }
  return "other";
}

DefenceMetrics::DefenceMetrics(telemetry::Metrics& metrics)
    : hindered_(counters(metrics, Suspicion::newcomer, "gatehouse_identity_visitors_hindered_total",
                         "Visitors asked for proof of work or refused, by reason.")),
      passed_(counters(metrics, Suspicion::newcomer, "gatehouse_identity_visitors_passed_by_work_total",
                       "Visitors whose proof of work let them through, by what it was asked for.")),
      proofs_(counters(metrics, ProofError::too_little, kProofs, kProofsHelp)),
      used_(metrics.counter(kProofs, kProofsHelp, {{"reason", "used"}})),
      blocked_(metrics.counter("gatehouse_identity_addresses_blocked_total", "Addresses blocked.")),
      detected_(counters(metrics, Attack::stuffing, "gatehouse_identity_attacks_detected_total",
                         "Attacks that came under suspicion, by kind.")),
      issued_(metrics.counter("gatehouse_identity_challenges_issued_total", "Challenges given out.")) {}

}  // namespace gatehouse::identity
