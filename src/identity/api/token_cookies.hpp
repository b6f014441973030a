#pragma once

#include <chrono>
#include <string_view>

#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/http/cookies.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace gatehouse::identity {

// The prefix makes browsers insist on Secure, Path=/ and no Domain, so that no subdomain can plant one (RFC 6265bis).
inline constexpr std::string_view kRefreshCookie = "__Host-gatehouse_refresh";
// Lax, not Strict: a link from elsewhere to a page behind the gate has to arrive signed in. What changes state is
// guarded by Origin besides.
inline constexpr std::string_view kAccessCookie = "__Host-gatehouse_access";

// Whether a browser sent one of ours, whatever its value.
[[nodiscard]] bool carries_our_cookie(const http::Request& request);

struct TokenCookies {
  const base::Secret& refresh_token;
  std::chrono::seconds refresh_max_age;
  const base::Secret& access_token;
  std::chrono::seconds access_max_age;
};
void set_token_cookies(http::Response& response, const TokenCookies& cookies);
// The access token alone; the refresh token stays as it is.
void set_access_cookie(http::Response& response, const base::Secret& token, std::chrono::seconds max_age);
// Deletes both.
void clear_token_cookies(http::Response& response);

}  // namespace gatehouse::identity
