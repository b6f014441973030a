#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::cache {

struct RedisEndpoint {
  std::string host;  // a name or an address; IPv6 without brackets
  std::uint16_t port = 6379;
  friend bool operator==(const RedisEndpoint&, const RedisEndpoint&) = default;
  friend auto operator<=>(const RedisEndpoint&, const RedisEndpoint&) = default;
};

enum class RedisTopology {
  standalone,  // redis://[user:password@]host[:port][/database]
  sentinel,    // redis+sentinel://[user:password@]host[:port],…/master-name[/database]: asks who is master
  cluster,     // redis+cluster://[user:password@]host[:port],…: each key has its node
};

// Where a Redis is and how to sign in there. `rediss…` in place of `redis…` means TLS, for sentinels as well.
struct RedisUrl {
  RedisTopology topology = RedisTopology::standalone;
  bool tls = false;
  std::vector<RedisEndpoint> endpoints;  // at least one; of sentinels, or of some nodes of the cluster
  std::string user;                      // empty: the default user
  base::Secret password;                 // empty: no AUTH
  std::string master_name;               // sentinel only
  unsigned database = 0;

  [[nodiscard]] RedisUrl clone() const;
};

enum class RedisUrlError {
  scheme,       // none of the six
  credentials,  // not percent-encoded as RFC 3986 wants it
  host,         // none, malformed, or several where one is meant
  port,         // not 1 to 65535
  path,         // not a database of 0 to 1023, no name of a master, or something behind it
};
[[nodiscard]] const char* explain(RedisUrlError error);

// Ports that are not named: 6379, of sentinels 26379. User and password are percent-decoded.
[[nodiscard]] base::Result<RedisUrl, RedisUrlError> parse_redis_url(std::string_view text);

}  // namespace gatehouse::cache
