#include "identity/webhook/event_sender.hpp"

#include <cstddef>
#include <optional>
#include <string>

#include "identity/webhook/endpoint_codec.hpp"
#include "identity/webhook/signature.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {
namespace {

using Kind = Delivered::Kind;
using Verdict = queue::Outcome::Verdict;

constexpr std::size_t kMaxBreakers = 2 * kMaxEndpoints;
// A receiver that hangs costs its whole timeout each time it is asked.
constexpr limits::BreakerOptions kBreaker{
    .failures = 3, .cool_down = std::chrono::seconds(30), .max_cool_down = std::chrono::minutes(5)};

}  // namespace

struct EventSender::Found {
  Endpoint endpoint;
  audit::RecordedEvent event;
};

queue::Outcome EventSender::send(const queue::Job& job) {
  const auto event_job = EventJob::read(job.payload);
  if (!event_job) return {Verdict::bury, "unreadable"};
  const auto found = parts_.database.read_blocking([&](db::Transaction& tx) -> std::optional<Found> {
    auto endpoint = parts_.endpoints.find(tx, event_job->endpoint);
    auto events = audit::EventStore().range(tx, event_job->seq, event_job->seq, 1);
    if (!endpoint || !endpoint->enabled || events.empty()) return std::nullopt;
    return Found{std::move(*endpoint), std::move(events.front())};
  });
  if (!found) return {};
  const auto breaker = breaker_of(found->endpoint.id);
  auto permit = breaker->admit();
  if (!permit) return {Verdict::retry, "endpoint_down"};

  const Delivered delivered = deliver(*found);
  if (delivered.kind == Kind::taken) {
    permit->succeeded();
    if (found->endpoint.failing_since) {
      parts_.database.write_blocking(
          [&](db::Transaction& tx) { parts_.endpoints.note_success(tx, found->endpoint.id); });
    }
    return {};
  }
  if (delivered.kind == Kind::cancelled) return {Verdict::retry, delivered.reason};
  if (delivered.kind == Kind::failed) {
    permit->failed();
  } else {
    permit->succeeded();  // it answered, or was not asked: it holds nobody up
  }
  note_failure(found->endpoint.id, delivered);
  return {delivered.kind == Kind::gone ? Verdict::bury : Verdict::retry, delivered.reason};
}

Delivered EventSender::deliver(const Found& found) {
  const auto secrets = open_endpoint(parts_.key, found.endpoint.id, found.endpoint.sealed);
  const std::string body = message_body(found.event);
  const std::string id = message_id(found.event.seq);
  // Of this attempt, as receivers refuse what is older than some minutes (replay of a captured request).
  const auto now = base::to_unix_seconds(parts_.clock.now());
  return parts_.delivery.deliver(secrets.url, body,
                                 {{"webhook-id", id},
                                  {"webhook-timestamp", std::to_string(now)},
                                  {"webhook-signature", webhook_signature(secrets.secrets, id, now, body)}});
}

std::shared_ptr<limits::CircuitBreaker> EventSender::breaker_of(base::Uuid endpoint) {
  const std::lock_guard lock(mutex_);
  if (breakers_.size() > kMaxBreakers) breakers_.clear();  // endpoints come and go: begin anew
  auto& breaker = breakers_[endpoint];
  if (!breaker) breaker = std::make_shared<limits::CircuitBreaker>(kBreaker, parts_.clock, parts_.random);
  return breaker;
}

void EventSender::note_failure(base::Uuid endpoint, const Delivered& delivered) {
  const auto now = parts_.clock.now();
  const bool disabled = parts_.database.write_blocking([&](db::Transaction& tx) {
    const bool off = parts_.endpoints.note_failure(tx, endpoint, delivered.reason, now, now - disable_after_,
                                                   delivered.kind == Kind::gone);
    if (off) {
      parts_.audit.record(
          tx, {.type = audit::type::kWebhookChanged,
               .fields = {{"endpoint", endpoint.to_string()}, {"state", "disabled"}, {"reason", delivered.reason}}});
    }
    return off;
  });
  if (disabled) {
    parts_.log.error("webhook_disabled", {{"endpoint", endpoint.to_string()}, {"reason", delivered.reason}});
  }
}

}  // namespace gatehouse::identity
