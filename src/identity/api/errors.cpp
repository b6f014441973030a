#include "identity/api/errors.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace gatehouse::identity {
namespace {

constexpr std::array kTable{
    ErrorRow{ApiError::invalid_request, 400, "invalid-request", "The request is not valid.",
             "Correct the fields that are named and send it again."},
    ErrorRow{ApiError::malformed_json, 400, "malformed-json", "The body is not one JSON object.",
             "Send one JSON object in UTF-8 in which no member stands twice."},
    ErrorRow{ApiError::unsupported_media_type, 415, "unsupported-media-type", "The body is not declared as JSON.",
             "Send Content-Type: application/json."},
    ErrorRow{ApiError::wrong_credentials, 401, "wrong-credentials", "These credentials are not right.",
             "Check the username or e-mail address and the password."},
    ErrorRow{ApiError::wrong_password, 403, "wrong-password", "The current password is not right.",
             "Send the password that is valid now as current_password."},
    ErrorRow{ApiError::not_signed_in, 401, "not-signed-in", "This needs a signed-in caller.",
             "Sign in, then send the access token as Authorization: Bearer or in its cookie."},
    ErrorRow{ApiError::invalid_token, 401, "invalid-token", "The access token is not valid.",
             "Refresh it, or sign in again."},
    ErrorRow{ApiError::ambiguous_credentials, 401, "ambiguous-credentials",
             "The request carries more than one credential.",
             "Send the token once: in the header, in the cookie or in the body."},
    ErrorRow{ApiError::refresh_refused, 401, "refresh-refused", "The refresh token is not valid.", "Sign in again."},
    ErrorRow{ApiError::cross_site_request, 403, "cross-site-request", "The request comes from another site.",
             "Send it from a page of this site; with cookies it must carry Origin or Sec-Fetch-Site."},
    ErrorRow{ApiError::forbidden, 403, "forbidden", "The caller may not do this.",
             "Ask an administrator for the permission."},
    ErrorRow{ApiError::registration_closed, 403, "registration-closed", "Registration is closed.",
             "Ask an administrator for an account."},
    ErrorRow{ApiError::email_unverified, 403, "email-unverified", "The e-mail address is not verified yet.",
             "Follow the link in the mail that was sent to it, then sign in again."},
    ErrorRow{ApiError::link_refused, 403, "link-refused", "This link or code is not valid, or not any more.",
             "Ask for a new one: each is good for one use and a short time."},
    ErrorRow{ApiError::challenge_required, 403, "challenge-required", "This needs a proof of work.",
             "Get one from GET /v1/challenge, solve it, and send the same request with it as challenge."},
    ErrorRow{ApiError::not_found, 404, "not-found", "There is nothing at this address.", "Check the address."},
    ErrorRow{ApiError::name_taken, 409, "name-taken", "The username or the e-mail address is taken.",
             "Choose another username, or sign in if the account is yours."},
    ErrorRow{ApiError::changed_meanwhile, 409, "changed-meanwhile", "Somebody else has changed this meanwhile.",
             "Read it again, and send the change with the version that it has now."},
    ErrorRow{ApiError::too_many_attempts, 429, "too-many-attempts", "Too many failed attempts.",
             "Wait for the time that Retry-After gives."},
    ErrorRow{ApiError::sign_in_ended, 401, "sign-in-ended", "This sign-in can't go on.",
             "Begin again with the password."},
    ErrorRow{ApiError::wrong_code, 401, "wrong-code", "The code is not right.",
             "Send the code that is shown now; each is good once."},
    ErrorRow{ApiError::passkey_refused, 400, "passkey-refused", "The passkey's answer was not accepted.",
             "Ask for new options and try again, or use another way."},
    ErrorRow{ApiError::insufficient_authentication, 401, "insufficient-user-authentication",
             "This needs a fresher or stronger sign-in.",
             "POST /v1/reauthenticate with what WWW-Authenticate asks for, or sign in again."},
    ErrorRow{ApiError::beyond_own_permissions, 403, "beyond-own-permissions",
             "This goes beyond what the caller may do.",
             "Ask somebody whose roles grant all that the roles concerned do."},
    ErrorRow{ApiError::own_account, 403, "own-account", "One's own account is not disabled, and no role taken from it.",
             "Ask another administrator."},
};

// RFC 6750 section 3, RFC 9470 section 3.
std::string challenge(ApiError error, const StepUp& step_up) {
  std::string text = R"(Bearer realm="gatehouse")";
  if (error == ApiError::invalid_token) text += R"(, error="invalid_token")";
  if (error != ApiError::insufficient_authentication) return text;
  text += R"(, error="insufficient_user_authentication")";
  if (step_up.assurance > contract::Assurance::one_factor) {
    text.append(R"(, acr_values=")").append(contract::acr_of(step_up.assurance)).append("\"");
  }
  if (step_up.max_age.count() > 0) text += ", max_age=" + std::to_string(step_up.max_age.count());
  return text;
}

const ErrorRow& row_of(ApiError error) { return kTable[static_cast<std::size_t>(error)]; }

ApiError api_error(AccountError error) {
  switch (error) {
    case AccountError::invalid_input: return ApiError::invalid_request;
    case AccountError::wrong_credentials: return ApiError::wrong_credentials;
    case AccountError::wrong_password: return ApiError::wrong_password;
    case AccountError::challenge_required: return ApiError::challenge_required;
    case AccountError::throttled: return ApiError::too_many_attempts;
    case AccountError::name_taken: return ApiError::name_taken;
    case AccountError::registration_closed: return ApiError::registration_closed;
    case AccountError::email_unverified: return ApiError::email_unverified;
    case AccountError::link_refused: return ApiError::link_refused;
    case AccountError::session_ended: return ApiError::invalid_token;
    case AccountError::not_found: return ApiError::not_found;
    case AccountError::sign_in_ended: return ApiError::sign_in_ended;
    case AccountError::wrong_code: return ApiError::wrong_code;
    case AccountError::passkey_refused: return ApiError::passkey_refused;
    case AccountError::stronger_sign_in: return ApiError::insufficient_authentication;
    case AccountError::own_account: return ApiError::own_account;
    case AccountError::beyond_own: return ApiError::beyond_own_permissions;
  }
  return ApiError::invalid_request;
}

}  // namespace

std::span<const ErrorRow> error_table() { return kTable; }

http::Response error_response(const http::Request& request, ApiError error, ErrorDetails details) {
  const ErrorRow& row = row_of(error);
  auto response = http::problem_response({.status = row.status,
                                          .slug = row.slug,
                                          .title = row.title,
                                          .detail = row.detail,
                                          .errors = std::move(details.fields),
                                          .retry_after = details.retry_after},
                                         request.trace.trace_id_hex());
  if (row.status == 401) response.set("WWW-Authenticate", challenge(error, details.step_up));
  return response;
}

bool says(const http::Response& response, ApiError error) { return response.problem == row_of(error).slug; }

http::Response error_response(const http::Request& request, const Refusal& refusal) {
  ErrorDetails details{.retry_after = refusal.retry_after};
  if (refusal.error == AccountError::stronger_sign_in) details.step_up.assurance = contract::Assurance::two_factors;
  for (const auto& problem : refusal.fields) {
    details.fields.push_back({problem.field, problem.message, code_of(problem.mistake), problem.limit});
  }
  return error_response(request, api_error(refusal.error), std::move(details));
}

}  // namespace gatehouse::identity
