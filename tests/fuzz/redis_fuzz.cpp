// What we read of Redis ourselves: addresses from the configuration, replies in whatever pieces they come, redirections
// and slot maps. The first byte chooses; the second cuts a reply in two.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "platform/base/unavailable.hpp"
#include "platform/cache/redis_reply_reader.hpp"
#include "platform/cache/redis_slots.hpp"
#include "platform/cache/redis_url.hpp"

using namespace gatehouse;

namespace {

void read_url(std::string_view text) {
  const auto url = cache::parse_redis_url(text);
  if (!url) return;
  if (url->endpoints.empty()) std::abort();
  for (const auto& endpoint : url->endpoints) {
    if (endpoint.host.empty() || endpoint.port == 0) std::abort();
  }
}

void look_at(const cache::RedisReply& reply) {
  const cache::RedisEndpoint asked{"asked", 1};
  (void)cache::parse_redirection(reply, asked);
  if (const auto slots = cache::RedisSlots::parse(reply, asked)) {
    if (slots->nodes().empty()) std::abort();
    for (std::size_t slot = 0; slot < cache::kRedisSlots; slot += 97) {
      (void)slots->node_of(static_cast<std::uint16_t>(slot));
    }
  }
}

void read_replies(std::string_view wire, std::size_t cut) {
  cache::RedisReplyReader reader(4096);
  try {
    for (const auto part : {wire.substr(0, cut), wire.substr(cut)}) {
      reader.feed(part);
      while (const auto reply = reader.next()) look_at(*reply);
    }
  } catch (const base::Unavailable&) {
    // No RESP, or too much of it.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  if (data[0] % 2 == 0) {
    read_url(text);
  } else {
    read_replies(text, text.empty() ? 0 : data[1] % (text.size() + 1));
  }
  return 0;
}
