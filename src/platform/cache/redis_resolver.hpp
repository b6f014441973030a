#pragma once

#include <memory>

#include "platform/base/clock.hpp"
#include "platform/cache/redis_url.hpp"

struct addrinfo;

namespace gatehouse::cache {

using RedisAddresses = std::shared_ptr<const addrinfo>;  // a list, as getaddrinfo() makes it

// The addresses of a host. The system's resolver has no deadline, so it works on a thread of its own, which is left to
// itself when it takes too long. Throws base::Unavailable("redis_unresolved").
[[nodiscard]] RedisAddresses resolve(const RedisEndpoint& endpoint, base::SteadyPoint deadline);

}  // namespace gatehouse::cache
