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

// What makes a browser known to the accounts that signed in with it (identity/defence/known_devices.hpp). No
// credential: it is not among carries_our_cookie().
inline constexpr std::string_view kDeviceCookie = "__Host-gatehouse_device";

// Whether a browser sent one of ours, whatever its value.
[[nodiscard]] bool carries_our_cookie(const http::Request& request);

struct TokenCookies {
  const base::Secret& refresh_token;
  std::chrono::seconds refresh_max_age;
  const base::Secret& access_token;
  std::chrono::seconds access_max_age;
};
void set_token_cookies(http::Response& response, const TokenCookies& cookies);
// As sent; empty when there is none, or more than one.
[[nodiscard]] std::string device_cookie(const http::Request& request);
void set_device_cookie(http::Response& response, std::string_view marks);
// Deletes both tokens; the device stays known.
void clear_token_cookies(http::Response& response);

}  // namespace gatehouse::identity
