#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

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
  not_found,
  name_taken,
  too_many_attempts,
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

struct ErrorDetails {
  std::vector<http::FieldError> fields{};
  std::chrono::seconds retry_after{0};
};

// The answer for an error; 401 carries WWW-Authenticate (RFC 9110 section 11.6.1, RFC 6750 section 3).
[[nodiscard]] http::Response error_response(const http::Request& request, ApiError error, ErrorDetails details = {});
// The same for what a service of identity/account refused.
[[nodiscard]] http::Response error_response(const http::Request& request, const Refusal& refusal);

}  // namespace gatehouse::identity
