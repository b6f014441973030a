#pragma once

#include <string>
#include <string_view>

#include "platform/http/request.hpp"

namespace gatehouse::identity {

// Whether a state-changing request may have been made by a page of another site (CSRF, login CSRF).
//
// Refused: a Sec-Fetch-Site other than same-origin and none; an Origin other than ours, `null` included; one of our
// cookies without either header, because a browser sends at least one of them. A request without cookies and
// without these headers is no browser's and passes. GET and HEAD change nothing and always pass.
// `public_url` is the configured base URL; where it is empty, Origin is compared with the request's own Host.
// Immutable: thread-safe.
class BrowserGuard {
 public:
  explicit BrowserGuard(std::string_view public_url);
  [[nodiscard]] bool allows(const http::Request& request) const;

 private:
  [[nodiscard]] bool is_our_origin(const http::Request& request, std::string_view origin) const;
  std::string origin_;  // `https://app.example`, lower case, without a default port; empty when not configured
};

}  // namespace gatehouse::identity
