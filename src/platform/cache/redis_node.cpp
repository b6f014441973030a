#include "platform/cache/redis_node.hpp"

#include <array>
#include <exception>
#include <string>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::cache {
namespace {

// What a server answers that can't serve anybody now: as good as no answer. Of other errors it means what it says.
const char* reason_if_away(const RedisReply& reply) {
  struct Away {
    const char* code;
    const char* reason;
  };
  static constexpr std::array kAway{Away{"LOADING", "redis_loading"},       Away{"READONLY", "redis_no_master"},
                                    Away{"MASTERDOWN", "redis_no_master"},  Away{"CLUSTERDOWN", "redis_cluster_down"},
                                    Away{"NOREPLICAS", "redis_no_replica"}, Away{"NOAUTH", "redis_refused"}};
  if (!reply.is_error()) return nullptr;
  for (const auto& [code, reason] : kAway) {
    if (reply.is_error(code)) return reason;
  }
  return nullptr;
}

void fail_all(std::span<RedisCall* const> calls, const std::exception_ptr& error) {
  for (auto* call : calls) call->fail(error);
}

}  // namespace

RedisNode::RedisNode(Connect connect, limits::BreakerOptions breaker, const base::Clock& clock, base::Random& random)
    : connect_(std::move(connect)), breaker_(breaker, clock, random) {}

bool RedisNode::send(std::span<RedisCall* const> calls) {
  if (!up_) {
    fail_all(calls, std::make_exception_ptr(base::Unavailable("redis_away")));
    return false;
  }
  auto permit = breaker_.admit();  // closed while up
  try {
    ensure_connected(calls.front()->deadline);
    std::string out;
    for (const auto* call : calls) out += call->encoded;
    connection_->send(out, calls.front()->deadline);
    return true;
  } catch (const base::Unavailable&) {
    lose(*permit);
    fail_all(calls, std::current_exception());
    return false;
  }
}

void RedisNode::receive(std::span<RedisCall* const> calls) {
  auto permit = breaker_.admit();
  std::size_t answered = 0;
  const char* away = nullptr;
  try {
    for (; answered < calls.size(); ++answered) {
      RedisCall& call = *calls[answered];
      call.reply = connection_->receive(call.deadline);
      if (const char* reason = reason_if_away(call.reply)) {
        away = reason;
        call.fail(std::make_exception_ptr(base::Unavailable(reason)));
      }
    }
  } catch (const base::Unavailable&) {
    lose(*permit);
    fail_all(calls.subspan(answered), std::current_exception());
    return;
  }
  if (away != nullptr) return lose(*permit);
  permit->succeeded();
}

void RedisNode::exchange(RedisCall& call, bool asking) {
  RedisCall asking_call;
  asking_call.deadline = call.deadline;
  encode({"ASKING"}, asking_call.encoded);
  const std::array<RedisCall*, 2> both{&asking_call, &call};
  const auto calls = std::span(both).subspan(asking ? 0 : 1);
  if (send(calls)) receive(calls);
}

RedisNode::Healing RedisNode::heal(std::chrono::milliseconds timeout) {
  auto permit = breaker_.admit();
  if (!permit) return Healing::not_yet;
  try {
    ensure_connected(std::chrono::steady_clock::now() + timeout);
    permit->succeeded();
    up_ = true;
    return Healing::done;
  } catch (const base::Unavailable&) {
    lose(*permit);
    return Healing::failed;
  }
}

void RedisNode::ensure_connected(base::SteadyPoint deadline) {
  // A server that was restarted, or closes idle connections, has hung up by now: nothing is sent into that.
  if (connection_ && connection_->is_alive()) return;
  connection_.reset();
  connection_ = connect_(deadline);
  ++connects_;
}

void RedisNode::lose(limits::CircuitBreaker::Permit& permit) {
  connection_.reset();
  permit.failed();
  up_ = breaker_.stats().state == limits::BreakerState::closed;
}

}  // namespace gatehouse::cache
