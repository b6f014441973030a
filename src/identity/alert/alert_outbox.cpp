#include "identity/alert/alert_outbox.hpp"

#include <utility>

#include "platform/base/keyed_hash.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kMostTypes = 256;

std::string text_of(const std::optional<base::Uuid>& id) { return id ? id->to_string() : std::string(); }

}  // namespace

AlertOutbox::AlertOutbox(AlertOutboxOptions options, const queue::JobStore& jobs, const base::Clock& clock)
    : options_(std::move(options)), jobs_(jobs), limiter_(options_.rate, clock, kMostTypes) {}

bool AlertOutbox::wants(const audit::RecordedEvent& event) const {
  return listens() && is_alerting(event, options_.privileged ? options_.privileged() : std::vector<std::string>());
}

void AlertOutbox::add(db::Transaction& tx, const audit::RecordedEvent& event) {
  if (!wants(event)) return;
  auto& held_back = held_back_[event.type];
  if (!limiter_.take(base::keyed_hash(event.type)).allowed) {
    ++held_back;
    return;
  }
  Alert alert{.type = event.type,
              .at = event.at,
              .actor = text_of(event.actor),
              .subject = text_of(event.subject),
              .fields = event.fields,
              .held_back = std::exchange(held_back, 0)};
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
