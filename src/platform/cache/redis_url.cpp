#include "platform/cache/redis_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "platform/base/encoding.hpp"

namespace gatehouse::cache {
namespace {

constexpr std::uint16_t kSentinelPort = 26379;
constexpr unsigned kMaxDatabase = 1023;
constexpr std::size_t kMaxEndpoints = 64;

struct Scheme {
  std::string_view text;
  RedisTopology topology;
  bool tls;
};
constexpr std::array kSchemes{
    Scheme{"redis://", RedisTopology::standalone, false},
    Scheme{"rediss://", RedisTopology::standalone, true},
    Scheme{"redis+sentinel://", RedisTopology::sentinel, false},
    Scheme{"rediss+sentinel://", RedisTopology::sentinel, true},
    Scheme{"redis+cluster://", RedisTopology::cluster, false},
    Scheme{"rediss+cluster://", RedisTopology::cluster, true},
};

std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

bool is_host(std::string_view host) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), allowed);
}

bool is_ipv6(std::string_view host) {
  return !host.empty() && host.size() <= 45 &&
         host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

base::Result<RedisEndpoint, RedisUrlError> parse_endpoint(std::string_view text, std::uint16_t default_port) {
  RedisEndpoint endpoint{.host = {}, .port = default_port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1))) return RedisUrlError::host;
    endpoint.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    if (!is_host(text.substr(0, colon))) return RedisUrlError::host;
    endpoint.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (rest.empty()) return endpoint;
  if (!rest.starts_with(':')) return RedisUrlError::host;
  const auto port = parse_number(rest.substr(1), 65535);
  if (!port || *port == 0) return RedisUrlError::port;
  endpoint.port = static_cast<std::uint16_t>(*port);
  return endpoint;
}

std::optional<RedisUrlError> parse_credentials(std::string_view text, RedisUrl& url) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return RedisUrlError::credentials;
  auto user = base::percent_decode(text.substr(0, colon));
  auto password = base::percent_decode(text.substr(colon + 1));
  if (!user || !password || password->empty()) return RedisUrlError::credentials;
  url.user = std::move(*user);
  url.password = base::Secret(std::move(*password));
  return std::nullopt;
}

std::optional<RedisUrlError> parse_endpoints(std::string_view text, RedisUrl& url) {
  const std::uint16_t default_port = url.topology == RedisTopology::sentinel ? kSentinelPort : RedisEndpoint{}.port;
  for (;;) {
    const auto comma = text.find(',');
    auto endpoint = parse_endpoint(text.substr(0, comma), default_port);
    if (!endpoint) return endpoint.error();
    url.endpoints.push_back(std::move(*endpoint));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  const bool several = url.topology != RedisTopology::standalone;
  if (url.endpoints.size() > (several ? kMaxEndpoints : 1)) return RedisUrlError::host;
  return std::nullopt;
}

// What follows the first slash.
std::optional<RedisUrlError> parse_path(std::string_view path, RedisUrl& url) {
  if (url.topology == RedisTopology::cluster && !path.empty()) return RedisUrlError::path;  // it has database 0 alone
  if (url.topology == RedisTopology::sentinel) {
    const auto slash = path.find('/');
    if (!is_host(path.substr(0, slash))) return RedisUrlError::path;  // the characters Redis allows in such a name
    url.master_name = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  if (path.empty()) return std::nullopt;
  const auto database = parse_number(path, kMaxDatabase);
  if (!database) return RedisUrlError::path;
  url.database = *database;
  return std::nullopt;
}

}  // namespace

RedisUrl RedisUrl::clone() const {
  return {.topology = topology,
          .tls = tls,
          .endpoints = endpoints,
          .user = user,
          .password = password.clone(),
          .master_name = master_name,
          .database = database};
}

const char* explain(RedisUrlError error) {
  switch (error) {
    case RedisUrlError::scheme: return "must begin with redis://, rediss://, redis+sentinel:// or redis+cluster://";
    case RedisUrlError::credentials: return "must hold user:password@ or :password@, percent-encoded";
    case RedisUrlError::host: return "must name one host, or several for sentinels and a cluster, separated by commas";
    case RedisUrlError::port: return "must have ports from 1 to 65535";
    case RedisUrlError::path: return "must end with the database's number, after the master's name for sentinels";
  }
  return "";
}

base::Result<RedisUrl, RedisUrlError> parse_redis_url(std::string_view text) {
  const auto* const scheme = std::find_if(kSchemes.begin(), kSchemes.end(),
                                          [&](const Scheme& candidate) { return text.starts_with(candidate.text); });
  if (scheme == kSchemes.end()) return RedisUrlError::scheme;
  RedisUrl url;
  url.topology = scheme->topology;
  url.tls = scheme->tls;
  text.remove_prefix(scheme->text.size());

  const auto slash = text.find('/');
  auto authority = text.substr(0, slash);
  const auto path = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (const auto error = parse_credentials(authority.substr(0, at), url)) return *error;
    authority.remove_prefix(at + 1);
  }
  if (const auto error = parse_endpoints(authority, url)) return *error;
  if (const auto error = parse_path(path, url)) return *error;
  return url;
}

}  // namespace gatehouse::cache
