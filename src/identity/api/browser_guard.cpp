#include "identity/api/browser_guard.hpp"

#include <algorithm>

#include "identity/api/token_cookies.hpp"

namespace gatehouse::identity {
namespace {

// A browser's own serialisation (RFC 6454 section 6.2): lower case, no default port, no path.
std::string serialise_origin(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const auto path = url.find('/', scheme_end + 3);
  std::string origin(url.substr(0, path));
  std::transform(origin.begin(), origin.end(), origin.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (origin.starts_with("https://") && origin.ends_with(":443")) origin.resize(origin.size() - 4);
  if (origin.starts_with("http://") && origin.ends_with(":80")) origin.resize(origin.size() - 3);
  return origin;
}

}  // namespace

BrowserGuard::BrowserGuard(std::string_view public_url) : origin_(serialise_origin(public_url)) {}

bool BrowserGuard::is_our_origin(const http::Request& request, std::string_view origin) const {
  if (!origin_.empty()) return origin == origin_;
  // The scheme can't be known behind a proxy that does not tell; the host is what a foreign page can't share.
  const auto host = request.header("host");
  return host && (origin == serialise_origin("https://" + std::string(*host)) ||
                  origin == serialise_origin("http://" + std::string(*host)));
}

bool BrowserGuard::allows(const http::Request& request) const {
  if (request.method == http::Method::get || request.method == http::Method::head) return true;
  if (request.count("origin") > 1 || request.count("sec-fetch-site") > 1) return false;
  const auto site = request.header("sec-fetch-site");
  const auto origin = request.header("origin");
  if (site && *site != "same-origin" && *site != "none") return false;
  if (origin && !is_our_origin(request, *origin)) return false;
  return site || origin || !carries_our_cookie(request);
}

}  // namespace gatehouse::identity
