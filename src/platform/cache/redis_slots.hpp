#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/cache/redis_reply.hpp"
#include "platform/cache/redis_url.hpp"

namespace gatehouse::cache {

inline constexpr std::size_t kRedisSlots = 16384;

// Where a cluster keeps `key`: CRC16 of what stands in its first non-empty {…}, else of all of it (Redis Cluster
// specification, "Key distribution model").
[[nodiscard]] std::uint16_t redis_slot_of(std::string_view key) noexcept;

// Which node holds which slot, as CLUSTER SLOTS told. Not thread-safe.
class RedisSlots {
 public:
  // Reads the reply to CLUSTER SLOTS; nothing when it is none. A node that does not know its own name is `asked`.
  [[nodiscard]] static std::optional<RedisSlots> parse(const RedisReply& reply, const RedisEndpoint& asked);

  // nullptr: no node holds it now.
  [[nodiscard]] const RedisEndpoint* node_of(std::uint16_t slot) const noexcept;
  [[nodiscard]] const RedisEndpoint* node_of(std::string_view key) const noexcept {
    return node_of(redis_slot_of(key));
  }
  // What "MOVED slot host:port" says.
  void move(std::uint16_t slot, const RedisEndpoint& node);

  [[nodiscard]] const std::vector<RedisEndpoint>& nodes() const noexcept { return nodes_; }

 private:
  static constexpr std::uint16_t kNobody = 0xffff;
  [[nodiscard]] std::uint16_t index_of(const RedisEndpoint& node);

  std::vector<RedisEndpoint> nodes_;
  std::vector<std::uint16_t> owners_ = std::vector<std::uint16_t>(kRedisSlots, kNobody);  // indexes of nodes_
};

// "MOVED 3999 127.0.0.1:6381" or "ASK …" taken apart.
struct RedisRedirection {
  bool ask = false;  // for this one command only, after ASKING
  std::uint16_t slot = 0;
  RedisEndpoint node;
};
// Nothing when the reply is no redirection. A node without a name is `asked` with another port.
[[nodiscard]] std::optional<RedisRedirection> parse_redirection(const RedisReply& reply, const RedisEndpoint& asked);

}  // namespace gatehouse::cache
