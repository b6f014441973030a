#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "platform/cache/redis_reply.hpp"

struct redisReader;

namespace gatehouse::cache {

// Makes replies of a server's bytes, however they are cut. hiredis reads the protocol; the sizes are held here.
// Not thread-safe.
class RedisReplyReader {
 public:
  // No reply may take more than `max_reply` bytes on the wire, or hold more than kMaxElements values.
  static constexpr std::size_t kMaxElements = std::size_t{1} << 16;
  explicit RedisReplyReader(std::size_t max_reply);
  ~RedisReplyReader();
  RedisReplyReader(const RedisReplyReader&) = delete;
  RedisReplyReader& operator=(const RedisReplyReader&) = delete;

  void feed(std::string_view bytes);

  // Nothing: the reply is not complete yet. Throws base::Unavailable when what came is no RESP2 ("redis_protocol") or
  // longer than allowed ("redis_reply_too_large"); the connection is of no use then, and the reader neither.
  [[nodiscard]] std::optional<RedisReply> next();

  // Bytes that next() has not used yet.
  [[nodiscard]] bool has_rest() const noexcept;

 private:
  struct Builder;  // hiredis's callbacks

  const std::size_t max_reply_;
  std::size_t pending_ = 0;   // bytes fed since the last complete reply
  std::size_t elements_ = 0;  // of arrays announced in the reply that is being read
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
};

}  // namespace gatehouse::cache
