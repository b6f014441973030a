#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "crypto/sealing.hpp"
#include "identity/webhook/delivery.hpp"
#include "identity/webhook/endpoint_store.hpp"
#include "identity/webhook/event_message.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/db/database.hpp"
#include "platform/limits/circuit_breaker.hpp"
#include "platform/queue/worker.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// Does the jobs of the queue `webhook`: writes the message of an event, signs it for the endpoint and has it delivered.
// An endpoint that does not answer has a circuit breaker of its own, so that it does not hold up the others. One that
// has taken nothing for `disable_after`, or says 410, is switched off, which is an event itself.
// Thread-safe. REQUIRES: the parts outlive it.
class EventSender {
 public:
  struct Parts {
    db::Database& database;
    const EndpointStore& endpoints;
    const crypto::SealingKey& key;
    Delivery& delivery;
    const audit::Log& audit;
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
  };
  EventSender(Parts parts, std::chrono::seconds disable_after) : parts_(parts), disable_after_(disable_after) {}

  // done: taken, or the endpoint or the event is no longer there.
  [[nodiscard]] queue::Outcome send(const queue::Job& job);

 private:
  struct Found;
  [[nodiscard]] Delivered deliver(const Found& found);
  [[nodiscard]] std::shared_ptr<limits::CircuitBreaker> breaker_of(base::Uuid endpoint);
  void note_failure(base::Uuid endpoint, const Delivered& delivered);

  const Parts parts_;
  const std::chrono::seconds disable_after_;
  std::mutex mutex_;
  std::map<base::Uuid, std::shared_ptr<limits::CircuitBreaker>> breakers_;  // at most kMaxBreakers; guarded by mutex_
};

}  // namespace gatehouse::identity
