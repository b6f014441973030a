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
    case SignInOutcome::changed_meanwhile: return "changed_meanwhile";
    case SignInOutcome::second_step: return "second_step";
    case SignInOutcome::email_unverified: return "email_unverified";
  }
  return "other";
}

AccountMetrics::AccountMetrics(telemetry::Metrics& metrics)
    : registered_(metrics.counter("gatehouse_identity_registrations_total", "Accounts registered.")),
      password_changed_(metrics.counter("gatehouse_identity_password_changes_total", "Passwords changed.")) {
  for (int outcome = 0; outcome <= static_cast<int>(SignInOutcome::email_unverified); ++outcome) {
    const auto name = std::string(to_string(static_cast<SignInOutcome>(outcome)));
    sign_ins_.push_back(
        metrics.counter("gatehouse_identity_sign_ins_total", "Sign-ins by outcome.", {{"outcome", name}}));
  }
}

}  // namespace gatehouse::identity
