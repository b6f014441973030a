#include "app/settings_forms.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "contract/permission.hpp"
#include "platform/config/units.hpp"

namespace gatehouse::app {
namespace {

constexpr std::size_t kLongestText = 256;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; }

template <class Predicate>
bool is_made_of(std::string_view text, std::size_t longest, Predicate allowed) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

bool is_host_name(std::string_view text) {
  return is_made_of(text, 253, [](char c) { return is_lower_or_digit(c) || c == '-' || c == '.'; }) &&
         text.find("..") == std::string_view::npos && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back());
}

struct Url {
  bool secure = false;
  std::string_view host;  // without brackets
  std::string_view rest;  // from the first `/`
};

// `http[s]://host[:port]` and whatever follows; no user information, no upper case.
std::optional<Url> split_url(std::string_view text) {
  Url url;
  url.secure = text.starts_with("https://");
  if (!url.secure && !text.starts_with("http://")) return std::nullopt;
  text.remove_prefix(url.secure ? 8 : 7);
  const auto slash = std::min(text.find('/'), text.size());
  url.rest = text.substr(slash);
  std::string_view authority = text.substr(0, slash);
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
    const auto address = base::IpAddress::parse(url.host);
    if (!address || address->is_v4()) return std::nullopt;
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    authority.remove_prefix(colon);
    if (!is_host_name(url.host)) return std::nullopt;
  }
  if (authority.empty()) return url;
  // One spelling only: no sign, no leading zero.
  const bool plain = authority.size() > 1 && authority[0] == ':' && authority[1] >= '1' && authority[1] <= '9';
  const auto port = plain ? config::parse_integer(authority.substr(1)) : std::nullopt;
  // The usual port is left out by browsers: `Origin` would never be equal.
  if (!port || *port < 1 || *port > 65'535 || *port == (url.secure ? 443 : 80)) return std::nullopt;
  return url;
}

// A path that browser, proxy and we all read alike.
bool is_plain_path(std::string_view path) {
  if (!path.starts_with('/') || path.size() > kLongestText) return false;
  for (const std::string_view bad : {"//", "/../", "/./", "%", "\\", ";", "?", "#"}) {
    if (path.find(bad) != std::string_view::npos) return false;
  }
  return !path.ends_with("/..") && !path.ends_with("/.") && std::all_of(path.begin(), path.end(), is_visible_ascii);
}

constexpr const char* kOnlyThisMachine =
    "must be https:// unless the host is this machine: over http:// it can be read and changed on the way";

}  // namespace

config::Complaint check_public_url(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto url = split_url(text);
  if (!url || !url->rest.empty()) {
    return "must be an origin such as \"https://app.example\": lower case, no path, no slash at the end, no usual port";
  }
  if (!url->secure && !is_loopback_host(url->host)) return kOnlyThisMachine;
  return std::nullopt;
}

config::Complaint check_origin(std::string_view text) {
  return text.empty() ? config::Complaint("must not be empty") : check_public_url(text);
}

std::string host_of_origin(std::string_view origin) {
  const auto url = split_url(origin);
  return url ? std::string(url->host) : std::string();
}

config::Complaint check_sign_in_url(std::string_view text) {
  if (text.empty() || is_plain_path(text)) return std::nullopt;
  const auto url = split_url(text);
  if (!url || !is_plain_path(url->rest)) {
    return "must be a path such as \"/sign-in\", or a URL such as \"https://app.example/sign-in\", without a query";
  }
  if (!url->secure && !is_loopback_host(url->host)) return kOnlyThisMachine;
  return std::nullopt;
}

config::Complaint check_node_url(std::string_view text) {
  const auto url = split_url(text);
  if (url && url->rest.empty()) return std::nullopt;
  return "must be an origin such as \"http://10.0.0.1:9464\": lower case, no path, no slash at the end";
}

config::Complaint check_alert_endpoint(std::string_view text) {
  constexpr std::string_view kSecure = "https://";
  constexpr std::size_t kMaxBytes = 2'048;
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (visible && text.size() <= kMaxBytes) {
    if (text.starts_with(kSecure) && text.size() > kSecure.size() && text[kSecure.size()] != '/') return std::nullopt;
    const auto url = split_url(text);
    if (url && !url->secure && is_loopback_host(url->host)) return std::nullopt;
  }
  return "must be a URL such as \"https://hooks.example/services/T0\"";
}

config::Complaint check_trace_endpoint(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto url = split_url(text);
  if (url && is_plain_path(url->rest)) return std::nullopt;
  return "must be a URL such as \"http://127.0.0.1:4318/v1/traces\"";
}

config::Complaint check_identifier(std::string_view text) {
  if (is_made_of(text, kLongestText, is_visible_ascii)) return std::nullopt;
  return "must be 1 to 256 visible ASCII characters without spaces, quotes and backslashes";
}

config::Complaint check_role_name(std::string_view text) {
  if (contract::is_role_name(text)) return std::nullopt;
  return "a role's name must be 1 to 64 of a-z, 0-9, _ and -";
}

config::Complaint check_scope(std::string_view text) {
  if (is_made_of(text, 64, is_visible_ascii)) return std::nullopt;
  return "a scope must be 1 to 64 visible ASCII characters without spaces, quotes and backslashes (RFC 6749)";
}

config::Complaint check_host(std::string_view text) {
  if (text.empty() || is_host_name(text)) return std::nullopt;
  return "must be a host name in lower case without a port, such as \"app.example\"";
}

config::Complaint check_rule_path(std::string_view text) {
  std::string_view exact = text;
  if (exact.ends_with("/**")) exact.remove_suffix(2);  // its slash stays
  if (is_plain_path(exact) && exact.find('*') == std::string_view::npos) return std::nullopt;
  return "must begin with / and be exact (\"/orders\") or end in /** (\"/orders/**\"), without \"..\", \"//\", \"%\", "
         "\";\", \"?\" and other stars";
}

config::Complaint check_method(std::string_view text) {
  constexpr std::array<std::string_view, 7> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  if (std::find(kMethods.begin(), kMethods.end(), text) != kMethods.end()) return std::nullopt;
  return "a method must be GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS";
}

config::Complaint check_trusted_network(std::string_view text) {
  const auto network = base::Cidr::parse(text);
  if (!network)
    return "each item must be an address or a network such as \"10.0.0.0/8\", no bits behind the prefix set";
  if (text.ends_with("/0")) {
    return "must not hold everybody (" + std::string(text) +
           "): any client could claim any address; name the addresses of the proxies";
  }
  return std::nullopt;
}

bool is_loopback(const base::IpAddress& address) {
  if (address.is_v4()) return address.bytes()[0] == 127;
  return address == base::IpAddress::parse("::1");
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  const auto address = base::IpAddress::parse(host);
  return address && is_loopback(*address);
}

}  // namespace gatehouse::app
