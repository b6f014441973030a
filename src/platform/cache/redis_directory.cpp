#include "platform/cache/redis_directory.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::cache {
namespace {

// The first of `endpoints` for which `ask` does not throw; when all do, what the last one threw. Each gets its share
// of the time, so that one that is frozen does not spend what the others need.
template <class Ask>
auto ask_in_turn(const std::vector<RedisEndpoint>& endpoints, base::SteadyPoint deadline, Ask ask)
    -> decltype(ask(endpoints.front(), deadline)) {
  for (std::size_t i = 0;; ++i) {
    const auto now = std::chrono::steady_clock::now();
    const auto left = static_cast<std::int64_t>(endpoints.size() - i);
    try {
      return ask(endpoints[i], now + (deadline - now) / left);
    } catch (const base::Unavailable&) {
      if (left == 1) throw;
    }
  }
}

}  // namespace

RedisDirectory::RedisDirectory(RedisUrl url, RedisConnectionOptions options)
    : url_(std::move(url)),
      options_(std::move(options)),
      tls_(url_.tls ? std::make_shared<const RedisTls>(options_.ca_file) : nullptr) {}

std::unique_ptr<RedisConnection> RedisDirectory::connect(const RedisEndpoint& endpoint,
                                                         base::SteadyPoint deadline) const {
  auto connection = std::make_unique<RedisConnection>(endpoint, tls_, options_, deadline);
  connection->sign_in(url_, options_, deadline);
  return connection;
}

std::unique_ptr<RedisConnection> RedisDirectory::connect_to_master(base::SteadyPoint deadline) const {
  if (url_.topology == RedisTopology::standalone) return connect(url_.endpoints.front(), deadline);
  // A sentinel that was cut off names the old master, which may still think that it is one until it hears better; what
  // it accepts then is lost. Counters and caches can bear that; nothing else is kept here.
  return ask_in_turn(url_.endpoints, deadline, [this](const RedisEndpoint& sentinel, base::SteadyPoint until) {
    return connect_if_master(ask_sentinel(sentinel, until), until);
  });
}

RedisEndpoint RedisDirectory::ask_sentinel(const RedisEndpoint& sentinel, base::SteadyPoint deadline) const {
  RedisConnection connection(sentinel, tls_, options_, deadline);
  const RedisCommand question{"SENTINEL", "get-master-addr-by-name", url_.master_name};
  auto reply = connection.command(question, deadline);
  if (reply.is_error("NOAUTH") && !url_.password.empty()) {
    RedisUrl credentials = url_.clone();
    credentials.database = 0;  // a sentinel has none
    connection.sign_in(credentials, options_, deadline);
    reply = connection.command(question, deadline);
  }
  const auto address = reply.as_array();
  if (address.size() != 2) throw base::Unavailable("redis_no_master");
  const auto host = address[0].as_text().value_or("");
  const auto port_text = address[1].as_text().value_or("");
  std::uint16_t port = 0;
  std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (host.empty() || host.size() > 253 || port == 0) throw base::Unavailable("redis_no_master");
  return {std::string(host), port};
}

std::unique_ptr<RedisConnection> RedisDirectory::connect_if_master(const RedisEndpoint& endpoint,
                                                                   base::SteadyPoint deadline) const {
  auto connection = connect(endpoint, deadline);
  const auto role = connection->command({"ROLE"}, deadline);
  if (role.as_array().empty() || role.as_array().front().as_text() != "master") {
    throw base::Unavailable("redis_no_master");
  }
  return connection;
}

RedisSlots RedisDirectory::load_slots(const std::vector<RedisEndpoint>& known, base::SteadyPoint deadline) const {
  auto endpoints = known;
  for (const auto& seed : url_.endpoints) {
    if (std::find(endpoints.begin(), endpoints.end(), seed) == endpoints.end()) endpoints.push_back(seed);
  }
  return ask_in_turn(endpoints, deadline, [this](const RedisEndpoint& node, base::SteadyPoint until) {
    auto slots = RedisSlots::parse(connect(node, until)->command({"CLUSTER", "SLOTS"}, until), node);
    if (!slots) throw base::Unavailable("redis_no_cluster");
    return std::move(*slots);
  });
}

std::unique_ptr<RedisConnection> RedisConnection::open(const RedisUrl& url, const RedisConnectionOptions& options,
                                                       base::SteadyPoint deadline, std::string_view key) {
  const RedisDirectory directory(url.clone(), options);
  if (url.topology != RedisTopology::cluster) return directory.connect_to_master(deadline);
  const auto slots = directory.load_slots({}, deadline);
  const auto* const node = key.empty() ? &slots.nodes().front() : slots.node_of(key);
  if (node == nullptr) throw base::Unavailable("redis_no_master");
  return directory.connect(*node, deadline);
}

}  // namespace gatehouse::cache
