#pragma once

#include <memory>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/cache/redis_connection.hpp"
#include "platform/cache/redis_slots.hpp"
#include "platform/cache/redis_url.hpp"

namespace gatehouse::cache {

// Who is to be asked, for each kind of Redis. Every call blocks until its deadline at most and throws
// base::Unavailable as RedisConnection does. Const and thread-safe: it remembers nothing of the servers.
class RedisDirectory {
 public:
  // Throws std::runtime_error when the CA file can't be read.
  RedisDirectory(RedisUrl url, RedisConnectionOptions options);

  // Connected and signed in.
  [[nodiscard]] std::unique_ptr<RedisConnection> connect(const RedisEndpoint& endpoint,
                                                         base::SteadyPoint deadline) const;

  // To the one server, or to the master that the sentinels name: one that says itself that it is
  // ("redis_no_master" when there is none). REQUIRES: no cluster.
  [[nodiscard]] std::unique_ptr<RedisConnection> connect_to_master(base::SteadyPoint deadline) const;

  // From the first node that answers, those of `known` before those of the URL. REQUIRES: a cluster.
  [[nodiscard]] RedisSlots load_slots(const std::vector<RedisEndpoint>& known, base::SteadyPoint deadline) const;

  [[nodiscard]] RedisTopology topology() const noexcept { return url_.topology; }

 private:
  [[nodiscard]] RedisEndpoint ask_sentinel(const RedisEndpoint& sentinel, base::SteadyPoint deadline) const;
  [[nodiscard]] std::unique_ptr<RedisConnection> connect_if_master(const RedisEndpoint& endpoint,
                                                                   base::SteadyPoint deadline) const;

  const RedisUrl url_;
  const RedisConnectionOptions options_;
  const std::shared_ptr<const RedisTls> tls_;
};

}  // namespace gatehouse::cache
