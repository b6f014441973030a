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

void AlertOutbox::recorded(db::Transaction& tx, const audit::Event& event, base::TimePoint at) const {
  if (options_.kinds.empty() || !is_alerting(event, options_.privileged)) return;
  Alert alert{.type = std::string(event.type),
              .at = at,
              .actor = text_of(event.actor),
              .subject = text_of(event.subject),
              .fields = audit::encode_fields(event.fields)};
  {
    const std::lock_guard lock(mutex_);
    auto& held_back = held_back_[alert.type];
    if (!limiter_.take(base::keyed_hash(event.type)).allowed) {
      ++held_back;
      return;
    }
    alert.held_back = std::exchange(held_back, 0);
  }
  std::string payload = alert.to_json();
  if (payload.size() > queue::kMaxPayloadBytes) {
    alert.fields = "{}";
    payload = alert.to_json();
  }
  for (const auto kind : options_.kinds) {
    jobs_.add(tx, {.queue = kAlertQueue, .kind = kind, .payload = payload, .due = at});
  }
}

}  // namespace gatehouse::identity
