#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/cache/redis_reply.hpp"
#include "platform/cache/redis_reply_reader.hpp"
#include "platform/cache/redis_socket.hpp"
#include "platform/cache/redis_url.hpp"

namespace gatehouse::cache {

// The words of one command. They go out as they are: no quoting, any bytes.
using RedisCommand = std::vector<std::string>;

struct RedisConnectionOptions {
  std::string client_name = "gatehouse";         // CLIENT SETNAME: what an operator sees in CLIENT LIST
  std::string ca_file;                           // PEM, for rediss://; empty: the system's authorities
  std::size_t max_reply = std::size_t{8} << 20;  // bytes; a longer one ends the connection
};

// One connection to one Redis server, blocking, for a thread that has nothing else to do (the follower of a stream).
// Who serves requests uses Redis (redis.hpp), which shares connections and comes back by itself.
//
// Every wait ends at its deadline (of the steady clock). Whatever keeps the server from answering is base::Unavailable
// ("redis_timeout", "redis_closed", "redis_unreachable", "redis_refused", …); the connection is of no use then: drop
// it, wait a moment, open another. An error that the server answers is a reply and leaves the connection as it is.
//
// One thread uses it; interrupt() alone may come from any other.
class RedisConnection {
 public:
  // Connects to the server that `url` names, signs in, chooses the database. With sentinels: the master they agree on.
  // With a cluster: the node that holds `key`, or any when it is empty; a reply "MOVED …" later on means that the key
  // has gone to another node: open anew. Throws base::Unavailable, "redis_refused" when the password is wrong, and
  // std::runtime_error when the CA file can't be read.
  [[nodiscard]] static std::unique_ptr<RedisConnection> open(const RedisUrl& url, const RedisConnectionOptions& options,
                                                             base::SteadyPoint deadline, std::string_view key = {});

  // To this very server, whatever kind it is. `tls`: nullptr for none; else it outlives the connection.
  RedisConnection(const RedisEndpoint& endpoint, std::shared_ptr<const RedisTls> tls,
                  const RedisConnectionOptions& options, base::SteadyPoint deadline);
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // AUTH and SELECT as `url` wants them, CLIENT SETNAME.
  void sign_in(const RedisUrl& url, const RedisConnectionOptions& options, base::SteadyPoint deadline);

  // One command, one reply: {"XREAD", "BLOCK", "1000", "STREAMS", key, "$"}; nil when nothing came. The deadline must
  // lie behind what the command itself waits.
  RedisReply command(const RedisCommand& words, base::SteadyPoint deadline);

  // All at once, and the replies in their order.
  std::vector<RedisReply> pipeline(std::span<const RedisCommand> commands, base::SteadyPoint deadline);

  // The two halves of it, for who has several connections to wait for.
  void send(std::string_view encoded, base::SteadyPoint deadline) { socket_.write(encoded, deadline); }
  [[nodiscard]] RedisReply receive(base::SteadyPoint deadline);

  // False: the server has hung up, or has said what nobody asked for and would be taken for the next reply; open
  // another. Does not wait. REQUIRES: no reply is outstanding.
  [[nodiscard]] bool is_alive() const noexcept { return !reader_.has_rest() && socket_.is_quiet(); }

  // Ends every wait, now and later, with base::Unavailable("redis_interrupted"): how another thread stops the one that
  // waits here. From any thread, as long as the connection lives.
  void interrupt() noexcept { socket_.interrupt(); }

  [[nodiscard]] const RedisEndpoint& endpoint() const noexcept { return endpoint_; }

 private:
  const RedisEndpoint endpoint_;
  const std::shared_ptr<const RedisTls> tls_;
  RedisSocket socket_;
  RedisReplyReader reader_;
};

// A command as it stands on the wire; appended to `out`.
void encode(const RedisCommand& words, std::string& out);

}  // namespace gatehouse::cache
