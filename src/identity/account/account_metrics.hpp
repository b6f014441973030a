#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "platform/telemetry/metrics.hpp"

namespace gatehouse::identity {

enum class SignInOutcome : std::uint8_t {
  succeeded,
  wrong_password,
  unknown_account,
  account_disabled,
  throttled,
  hindered,           // proof of work was asked for, or the address is blocked
  changed_meanwhile,  // the password or the state, between the check and the session
  second_step,        // the password was right; a second factor is asked for
  email_unverified,   // the right password
  wrong_code,         // at the second step
  passkey_refused,    // at the second step, or in place of a password
  code_throttled,
  second_step_ended,  // too late, too often, or of nothing that had begun
};
[[nodiscard]] std::string_view to_string(SignInOutcome outcome);

// The figures of this folder. Thread-safe.
class AccountMetrics {
 public:
  explicit AccountMetrics(telemetry::Metrics& metrics);

  void signed_in(SignInOutcome outcome) noexcept { sign_ins_[static_cast<std::size_t>(outcome)].increment(); }
  void registered() noexcept { registered_.increment(); }
  void password_changed() noexcept { password_changed_.increment(); }

 private:
  std::vector<telemetry::Counter> sign_ins_;  // by outcome
  telemetry::Counter registered_;
  telemetry::Counter password_changed_;
};

}  // namespace gatehouse::identity
