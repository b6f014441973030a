#include "platform/cache/redis_resolver.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::cache {
namespace {

RedisAddresses look_up(const RedisEndpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) != 0) return nullptr;
  return {found, [](const addrinfo* list) { freeaddrinfo(const_cast<addrinfo*>(list)); }};
}

}  // namespace

RedisAddresses resolve(const RedisEndpoint& endpoint, base::SteadyPoint deadline) {
  if (auto numeric = look_up(endpoint, AI_NUMERICHOST)) return numeric;
  std::promise<RedisAddresses> promise;
  auto future = promise.get_future();
  try {
    std::thread([endpoint, promise = std::move(promise)]() mutable {
      promise.set_value(look_up(endpoint, 0));
    }).detach();
  } catch (const std::system_error&) {
    throw base::Unavailable("redis_unresolved");  // the system has no more threads
  }
  if (future.wait_until(deadline) != std::future_status::ready) throw base::Unavailable("redis_unresolved");
  auto found = future.get();
  if (!found) throw base::Unavailable("redis_unresolved");
  return found;
}

}  // namespace gatehouse::cache
