#include "gate/original_request.hpp"

#include <algorithm>
#include <optional>

namespace gatehouse::gate {
namespace {

// One header of the proxy's: absent, there once, or there twice.
struct Single {
  std::optional<std::string_view> value;
  bool doubled = false;
  void take(std::string_view v) {
    doubled = doubled || value.has_value();
    value = v;
  }
};

struct ProxySays {
  Single original_url, original_method, forwarded_uri, forwarded_method, forwarded_host;
};

// One walk over the headers; told apart by length first, which settles nearly all of them.
ProxySays collect(const http::Request& request) {
  ProxySays says;
  for (std::size_t i = 0; i < request.header_count; ++i) {
    const auto& [name, value] = request.headers[i];
    switch (name.size()) {
      case 14:
        if (http::iequals(name, "x-original-url")) says.original_url.take(value);
        break;
      case 15:
        if (http::iequals(name, "x-forwarded-uri")) says.forwarded_uri.take(value);
        break;
      case 16:
        if (http::iequals(name, "x-forwarded-host")) says.forwarded_host.take(value);
        break;
      case 17:
        if (http::iequals(name, "x-original-method")) says.original_method.take(value);
        break;
      case 18:
        if (http::iequals(name, "x-forwarded-method")) says.forwarded_method.take(value);
        break;
      default: break;
    }
  }
  return says;
}

bool is_plain(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%' || c == '\\' || c == ';' || static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return false;
    if (c == '/' && i + 1 < path.size() && (path[i + 1] == '/' || path[i + 1] == '.')) return false;
  }
  return true;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Decodes once. False on anything that would be read differently elsewhere.
bool decode(std::string_view path, std::string& out) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    const bool escaped = c == '%';
    if (escaped) {
      const int high = i + 1 < path.size() ? hex_value(path[i + 1]) : -1;
      const int low = i + 2 < path.size() ? hex_value(path[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '\\' || c == ';') return false;
    if (escaped && (c == '/' || c == '%')) return false;  // `%2f` hides a slash, `%25` a second decoding
    out.push_back(c);
  }
  return true;
}

// Resolves `.` and `..` and merges slashes, in place. False when it climbs above the root.
bool resolve(std::string& path) {
  std::string result;
  result.reserve(path.size());
  for (std::size_t i = 0; i < path.size();) {
    const std::size_t end = std::min(path.find('/', i + 1), path.size());
    const std::string_view segment(path.data() + i + 1, end - i - 1);
    const bool last = end == path.size();
    i = end;
    if (segment == "..") {
      const auto slash = result.rfind('/');
      if (slash == std::string::npos) return false;
      result.resize(slash);
      if (last) result.push_back('/');
    } else if (segment == "." || segment.empty()) {
      if (last) result.push_back('/');
    } else {
      result.append("/").append(segment);
    }
  }
  path = std::move(result);
  if (path.empty()) path = "/";
  return true;
}

// `https://host:port` off the front of a URL. Returns what is behind it; `host` is what stood there.
std::string_view split_origin(std::string_view url, std::string_view& host) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos || url.front() == '/') return url;
  const auto rest = url.substr(scheme + 3);
  const auto slash = rest.find_first_of("/?");
  host = rest.substr(0, slash);
  return slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
}

std::string_view without_port(std::string_view host) {
  const auto bracket = host.find(']');
  const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return host.substr(0, colon);
}

bool has_upper(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_host(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == '[' || c == ']' || c == ':';
  });
}

}  // namespace

base::Result<OriginalRequest, OriginalError> read_original(const http::Request& request, ProxyHeaders headers,
                                                           std::string& scratch) {
  const ProxySays says = collect(request);
  const bool original = headers != ProxyHeaders::forwarded && (says.original_url.value || says.original_method.value);
  const bool forwarded = headers != ProxyHeaders::original && (says.forwarded_uri.value || says.forwarded_method.value);
  if (original && forwarded) return OriginalError::ambiguous;
  const Single& url = original ? says.original_url : says.forwarded_uri;
  const Single& method = original ? says.original_method : says.forwarded_method;
  if (url.doubled || method.doubled || (forwarded && says.forwarded_host.doubled)) return OriginalError::ambiguous;
  if ((!original && !forwarded) || !url.value || !method.value) return OriginalError::missing;

  OriginalRequest result;
  result.method = *method.value;
  if (forwarded) result.host = says.forwarded_host.value.value_or("");
  // X-Forwarded-Uri has no origin: one in it was put there by the client, to be taken for another host.
  result.target = original ? split_origin(*url.value, result.host) : *url.value;
  result.host = without_port(result.host);
  // `admin.example.` is `admin.example` to DNS and to the proxy, and must be to the rules.
  if (result.host.ends_with('.')) result.host.remove_suffix(1);
  const auto path = result.target.substr(0, result.target.find_first_of("?#"));
  if (path.empty() || path.front() != '/' || !is_host(result.host)) return OriginalError::unreadable;
  result.path = path;

  scratch.clear();
  if (!is_plain(path)) {
    if (!decode(path, scratch) || !resolve(scratch)) return OriginalError::unreadable;
  }
  const std::size_t path_size = scratch.size();
  if (has_upper(result.host)) {
    for (const char c : result.host) scratch.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
    result.host = std::string_view(scratch).substr(path_size);
  }
  if (path_size > 0) result.path = std::string_view(scratch).substr(0, path_size);
  return result;
}

}  // namespace gatehouse::gate
