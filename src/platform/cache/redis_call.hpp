#pragma once

#include <cstdint>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/cache/redis_reply.hpp"
#include "platform/runtime/task.hpp"

namespace gatehouse::cache {

// A command on its way through the client's thread: a reply is put into it, or fail() is called; then finish().
struct RedisCall final : runtime::Task<> {
  void run() override {}

  std::string encoded;  // as it goes onto the wire
  std::uint16_t slot = 0;
  base::SteadyPoint deadline{};
  RedisReply reply;
};

}  // namespace gatehouse::cache
