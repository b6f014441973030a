#include "identity/alert/alert_outbox.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::identity {
namespace {

// The token bucket of limits::RateLimiter, as a value.
bool take(AlertOutbox::Told& told, const limits::Rate& rate, base::SteadyPoint now) {
  const auto interval = limits::interval_of(rate);
  const auto full_at = std::max(told.full_at, now) + interval;
  if (full_at - now > interval * rate.burst) return false;
  told.full_at = full_at;
  return true;
}

std::string text_of(const std::optional<base::Uuid>& id) { return id ? id->to_string() : std::string(); }

}  // namespace

AlertOutbox::AlertOutbox(AlertOutboxOptions options, const queue::JobStore& jobs, const base::Clock& clock)
    : options_(std::move(options)), jobs_(jobs), clock_(clock) {}

bool AlertOutbox::wants(const audit::RecordedEvent& event) const {
  return listens() && is_alerting(event, options_.privileged ? options_.privileged() : std::vector<std::string>());
}

void AlertOutbox::add(db::Transaction& tx, const audit::RecordedEvent& event, Counts& counts) const {
  if (!wants(event)) return;
  auto& told = counts[event.type];
  if (!take(told, options_.rate, clock_.steady_now())) {
    ++told.held_back;
    return;
  }
  Alert alert{.type = event.type,
              .at = event.at,
              .actor = text_of(event.actor),
              .subject = text_of(event.subject),
              .fields = event.fields,
              .held_back = std::exchange(told.held_back, 0)};
  std::string payload = alert.to_json();
  if (payload.size() > queue::kMaxPayloadBytes) {
    alert.fields = "{}";
    payload = alert.to_json();
  }
  for (const auto kind : options_.kinds) {
    jobs_.add(tx, {.queue = kAlertQueue, .kind = kind, .payload = payload, .due = event.at, .lane = std::string(kind)});
  }
}

}  // namespace gatehouse::identity
