#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::http {

// What a handler answers. Date, Content-Length, Connection and the headers that every answer carries (no-store,
// nosniff, HSTS, CSP …) are added when it is written; a handler that sets one of them itself (Cache-Control of the
// JWKS) wins.
struct Response {
  unsigned status = 200;
  std::string content_type;  // empty when there is no body
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view problem{};  // the slug of an RFC 9457 answer, for who looks at it before it is sent

  // Values must be free of CR, LF and NUL: anything else is a broken invariant and aborts.
  Response& set(std::string name, std::string value);
};

[[nodiscard]] Response json_response(unsigned status, const boost::json::value& body);
[[nodiscard]] Response empty_response(unsigned status = 204);

// RFC 9457. `slug`, a literal, is the last part of the problem's type (`/problems/<slug>`), listed in
// docs/api/errors.md.
struct FieldError {
  std::string field;
  std::string message;                // says what would be right
  std::string_view code = "invalid";  // a literal, for programs: which kind of mistake, listed in docs/api/errors.md
  std::size_t limit = 0;              // sent when above 0
};
struct Problem {
  unsigned status = 500;
  std::string_view slug;
  std::string title;
  std::string detail{};  // what the caller can do about it
  std::vector<FieldError> errors{};
  std::chrono::seconds retry_after{0};  // sent as Retry-After when above 0
};
// `error_id` is the trace id, so that the answer, the log and the trace can be matched.
[[nodiscard]] Response problem_response(const Problem& problem, std::string_view error_id);

}  // namespace gatehouse::http
