#include "identity/account/account_metrics.hpp"

#include <string>

namespace gatehouse::identity {

std::string_view to_string(SignInOutcome outcome) {
  switch (outcome) {
    case SignInOutcome::succeeded: return "succeeded";
    case SignInOutcome::wrong_password: return "wrong_password";
    case SignInOutcome::unknown_account: return "unknown_account";
    case SignInOutcome::account_disabled: return "account_disabled";
    case SignInOutcome::throttled: return "throttled";
    case SignInOutcome::hindered: return "hindered";
    case SignInOutcome::changed_meanwhile: return "changed_meanwhile";
    case SignInOutcome::second_step: return "second_step";
    case SignInOutcome::email_unverified: return "email_unverified";
    case SignInOutcome::wrong_code: return "wrong_code";
    case SignInOutcome::passkey_refused: return "passkey_refused";
    case SignInOutcome::code_throttled: return "code_throttled";
    case SignInOutcome::second_step_ended: return "second_step_ended";
  }
  return "other";
}

AccountMetrics::AccountMetrics(telemetry::Metrics& metrics)
    : registered_(metrics.counter("gatehouse_identity_registrations_total", "Accounts registered.")),
      password_changed_(metrics.counter("gatehouse_identity_password_changes_total", "Passwords changed.")) {
  for (int outcome = 0; outcome <= static_cast<int>(SignInOutcome::second_step_ended); ++outcome) {
    const auto name = std::string(to_string(static_cast<SignInOutcome>(outcome)));
    sign_ins_.push_back(
        metrics.counter("gatehouse_identity_sign_ins_total", "Sign-ins by outcome.", {{"outcome", name}}));
  }
}

}  // namespace gatehouse::identity
