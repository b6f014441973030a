#include "web/pages.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "platform/base/encoding.hpp"
#include "web/content_coding.hpp"
#include "web/return_address.hpp"
#include "web/security_headers.hpp"

namespace gatehouse::web {
namespace {

using http::Request;
using http::Response;

// deploy/nginx/gatehouse.conf names the same; a test compares.
constexpr std::array<std::string_view, 19> kPagePaths{"/sign-in",          "/register",
                                                      "/verify",           "/reset",
                                                      "/invite",           "/change-email",
                                                      "/restore-email",    "/account",
                                                      "/account/security", "/account/sessions",
                                                      "/account/privacy",  "/admin",
                                                      "/admin/accounts",   "/admin/accounts/{id}",
                                                      "/admin/roles",      "/admin/audit",
                                                      "/admin/security",   "/admin/keys",
                                                      "/admin/delivery"};

// What programs ask for, whatever they say they accept.
constexpr std::array<std::string_view, 4> kInterface{"/v1/", "/gate/", "/.well-known/", kAssetFolder};

constexpr std::string_view kHome = "/account";
constexpr std::string_view kDocumentName = "index.html";

// A name with a hash in it stands for one content for ever.
constexpr const char* kForEver = "public, max-age=31536000, immutable";
constexpr const char* kAskAgain = "public, no-cache";

Response not_found(const Request& request) {
  return http::problem_response({.status = 404,
                                 .slug = "not-found",
                                 .title = "There is nothing at this address.",
                                 .detail = {},
                                 .errors = {},
                                 .retry_after = {}},
                                request.trace.trace_id_hex());
}

// If-None-Match by comparison of the whole header or one of its items (RFC 9110 section 13.1.2). Weak tags match, too:
// nginx makes them weak where it changes the coding.
bool is_known(const Request& request, std::string_view etag) {
  const auto known = request.header("if-none-match");
  return known && known->find(etag) != std::string_view::npos;
}

Response kept(const Request& request, std::string etag, const char* how_long) {
  Response response;
  response.status = is_known(request, etag) ? 304 : 200;
  response.set("ETag", std::move(etag));
  response.set("Cache-Control", how_long);
  return response;
}

Response small_file(const Request& request, std::string etag, std::string type, const std::string& body) {
  auto response = kept(request, std::move(etag), kAskAgain);
  response.content_type = std::move(type);
  response.body = body;
  return response;
}

std::string quoted(std::string_view digest, std::string_view suffix = {}) {
  return "\"" + std::string(digest) + std::string(suffix) + "\"";
}

// Tells contents apart, nothing more: FNV-1a of 64 bits.
std::string digest_of(std::string_view content) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::string hex;
  for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[(hash >> shift) & 15U];
  return hex;
}

// The decoded value of `return_to`; nothing when it is not there. Twice, or escaped wrongly, is an address nobody
// wants.
std::optional<std::string> return_to_of(std::string_view query) {
  std::optional<std::string> found;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    constexpr std::string_view kName = "return_to=";
    if (!pair.starts_with(kName)) continue;
    if (found) return std::string{};
    found = base::percent_decode(pair.substr(kName.size())).value_or(std::string{});
  }
  return found;
}

}  // namespace

std::span<const std::string_view> page_paths() { return kPagePaths; }

Pages::Pages(PageOptions options, std::span<const Asset> assets) : options_(std::move(options)) {
  for (const auto& asset : assets) {
    if (asset.name == kDocumentName) {
      document_ = fill_document(asset.identity, options_);
    } else {
      assets_.emplace(asset.name, &asset);
    }
  }
  theme_ = theme_sheet(options_);
  theme_etag_ = quoted(digest_of(theme_));
  logo_etag_ = quoted(digest_of(options_.logo));
}

std::vector<http::Route> Pages::routes() const {
  std::vector<http::Route> routes;
  if (document_.empty()) return routes;
  const auto add = [&](std::string path, Response (Pages::*answer)(const Request&) const) {
    http::Route route;
    route.path = std::move(path);
    route.access = "public";
    route.handler = [this, answer](Request& request) -> boost::asio::awaitable<Response> {
      co_return (this->*answer)(request);
    };
    routes.push_back(std::move(route));
  };
  for (const auto path : kPagePaths) add(std::string(path), &Pages::document);
  add(std::string(kAssetFolder) + "{name}", &Pages::asset);
  return routes;
}

std::optional<Response> Pages::stray(const Request& request) const {
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  const auto accepted = request.header("accept").value_or("");
  const auto is_ours = [&](std::string_view folder) { return request.path.starts_with(folder); };
  if (document_.empty() || !reads || accepted.find("text/html") == std::string_view::npos) return std::nullopt;
  if (std::any_of(kInterface.begin(), kInterface.end(), is_ours)) return std::nullopt;
  const auto bare = request.path.ends_with('/') ? request.path.substr(0, request.path.size() - 1) : std::string_view{};
  const auto to = request.path == "/" ? kHome : bare;
  if (std::find(kPagePaths.begin(), kPagePaths.end(), to) != kPagePaths.end()) {
    auto response = http::empty_response(303);
    response.set("Location", std::string(to) + (request.query.empty() ? "" : "?" + std::string(request.query)));
    return response;
  }
  auto response = page();
  response.status = 404;
  return response;
}

Response Pages::page() const {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = document_;
  set_document_headers(response);
  return response;
}

Response Pages::document(const Request& request) const {
  const auto return_to = return_to_of(request.query);
  if (return_to && !may_return_to(*return_to, options_.return_origins)) {
    // G12: the page is shown as if nothing had been asked for.
    auto response = http::empty_response(303);
    response.set("Location", std::string(request.path));
    return response;
  }
  return page();
}

Response Pages::asset(const Request& request) const {
  if (request.path == kThemePath && !theme_.empty())
    return small_file(request, theme_etag_, "text/css; charset=utf-8", theme_);
  if (request.path == kLogoPath && !options_.logo.empty()) {
    return small_file(request, logo_etag_, options_.logo_type, options_.logo);
  }
  const auto found = assets_.find(request.parameter("name"));
  if (found == assets_.end()) return not_found(request);
  const Asset& asset = *found->second;
  const Coding coding =
      best_coding(request.header("accept-encoding").value_or(""), !asset.gzip.empty(), !asset.brotli.empty());
  const bool brotli = coding == Coding::brotli;
  const bool plain = coding == Coding::identity;
  auto response = kept(request, quoted(asset.digest, plain ? "" : brotli ? "-br" : "-gz"), kForEver);
  response.set("Vary", "Accept-Encoding");
  if (!plain) response.set("Content-Encoding", brotli ? "br" : "gzip");
  response.content_type = asset.content_type;
  if (response.status == 200) response.body = plain ? asset.identity : brotli ? asset.brotli : asset.gzip;
  return response;
}

}  // namespace gatehouse::web
