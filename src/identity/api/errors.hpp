#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "contract/assurance.hpp"
#include "identity/account/refusal.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace gatehouse::identity {

// Every way in which this interface says no. One row each in the table, and one in docs/api/errors.md.
enum class ApiError : std::uint8_t {
  invalid_request,
  malformed_json,
  unsupported_media_type,
  wrong_credentials,
  wrong_password,
  not_signed_in,
  invalid_token,
  ambiguous_credentials,
  refresh_refused,
  cross_site_request,
  forbidden,
  registration_closed,
  email_unverified,
  link_refused,
  challenge_required,
  not_found,
  name_taken,
  changed_meanwhile,
  too_many_attempts,
  sign_in_ended,
  wrong_code,
  passkey_refused,
  insufficient_authentication,
  beyond_own_permissions,
  own_account,
};

struct ErrorRow {
  ApiError error;
  unsigned status;
  const char* slug;    // last part of the problem's type
  const char* title;   // the same for every occurrence (RFC 9457 section 3.1.3)
  const char* detail;  // the remedy
};

// In the order of the enumeration.
[[nodiscard]] std::span<const ErrorRow> error_table();

// Which sign-in would do, where one is too old or too weak (RFC 9470 section 3).
struct StepUp {
  contract::Assurance assurance = contract::Assurance::one_factor;  // asked for, if above the lowest
  std::chrono::seconds max_age{0};                                  // asked for, if above 0
};

// What changes how somebody signs in asks for this much: whoever finds an open session must not be able to keep it.
inline constexpr StepUp kFresh{.max_age = std::chrono::minutes(5)};

struct ErrorDetails {
  std::vector<http::FieldError> fields{};
  std::chrono::seconds retry_after{0};
  StepUp step_up{};  // of insufficient_authentication
};

// The answer for an error; 401 carries WWW-Authenticate (RFC 9110 section 11.6.1, RFC 6750 section 3).
[[nodiscard]] http::Response error_response(const http::Request& request, ApiError error, ErrorDetails details = {});
// The same for what a service of identity/account refused.
[[nodiscard]] http::Response error_response(const http::Request& request, const Refusal& refusal);
// Whether an answer is that of this error.
[[nodiscard]] bool says(const http::Response& response, ApiError error);

}  // namespace gatehouse::identity
