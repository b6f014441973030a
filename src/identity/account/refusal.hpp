#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "identity/account/mistake.hpp"
#include "identity/defence/defence.hpp"

namespace gatehouse::identity {

// Every way in which a service of this folder says no. "Could not decide" is none of them: that is base::Unavailable.
enum class AccountError : std::uint8_t {
  invalid_input,        // `fields` names what, and what would be right
  wrong_credentials,    // unknown, disabled or wrong password: one answer for all three
  wrong_password,       // of a signed-in caller who had to prove who they are
  throttled,            // too many failures; `retry_after` says how long
  challenge_required,   // proof of work is asked for: why is not told
  name_taken,           // the username or the e-mail address: which one is not told
  registration_closed,  // by configuration
  email_unverified,     // the password was right, and the address has to be proven before one signs in
  link_refused,         // a mailed link or code: forged, used, replaced or expired, which is not told
  session_ended,        // the caller's own, between its check and the change: nothing was changed
  not_found,
  sign_in_ended,     // a sign-in that can't go on: unknown, expired, done, or ended by wrong codes
  wrong_code,        // of a second factor
  passkey_refused,   // a passkey's answer that is not good here; which of the checks failed is not told
  stronger_sign_in,  // the account has a second factor, and this session was begun without
  own_account,       // an administrator's act that would lock themselves out
  beyond_own,        // an administrator's act on roles, or on who has roles, that grant what their own do not
};

struct Refusal {
  AccountError error = AccountError::invalid_input;
  std::vector<FieldProblem> fields{};
  std::chrono::seconds retry_after{0};
};

// What Defence has said of a visitor.
[[nodiscard]] inline Refusal refusal_of(const Hindrance& hindrance) {
  return {.error = hindrance.challenge ? AccountError::challenge_required : AccountError::throttled,
          .fields = {},
          .retry_after = hindrance.retry_after};
}

[[nodiscard]] inline Refusal invalid_input(FieldProblem problem) {
  return {.error = AccountError::invalid_input, .fields = {std::move(problem)}};
}

}  // namespace gatehouse::identity
