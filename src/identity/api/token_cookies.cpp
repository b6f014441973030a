#include "identity/api/token_cookies.hpp"

namespace gatehouse::identity {

using http::CookieError;

bool carries_our_cookie(const http::Request& request) {
  const auto carries = [&](std::string_view name) {
    const auto cookie = http::find_cookie(request, name);
    return cookie || cookie.error() != CookieError::absent;
  };
  return carries(kRefreshCookie) || carries(kAccessCookie);
}

void set_token_cookies(http::Response& response, const TokenCookies& cookies) {
  response.set("Set-Cookie", http::set_cookie(kRefreshCookie, cookies.refresh_token.expose(),
                                              {.same_site = "Strict", .max_age = cookies.refresh_max_age.count()}));
  response.set("Set-Cookie", http::set_cookie(kAccessCookie, cookies.access_token.expose(),
                                              {.same_site = "Lax", .max_age = cookies.access_max_age.count()}));
}

std::string device_cookie(const http::Request& request) {
  const auto cookie = http::find_cookie(request, kDeviceCookie);
  return cookie ? std::string(*cookie) : std::string();
}

void set_device_cookie(http::Response& response, std::string_view marks) {
  constexpr long long kYear = 365LL * 24 * 60 * 60;
  response.set("Set-Cookie", http::set_cookie(kDeviceCookie, marks, {.same_site = "Strict", .max_age = kYear}));
}

void clear_token_cookies(http::Response& response) {
  response.set("Set-Cookie", http::set_cookie(kRefreshCookie, "", {.same_site = "Strict", .max_age = 0}));
  response.set("Set-Cookie", http::set_cookie(kAccessCookie, "", {.same_site = "Lax", .max_age = 0}));
}

}  // namespace gatehouse::identity
