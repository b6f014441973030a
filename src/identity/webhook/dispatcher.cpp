#include "identity/webhook/dispatcher.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "identity/webhook/event_message.hpp"
#include "platform/audit/event_store.hpp"

namespace gatehouse::identity {

struct Dispatcher::Seen {
  Position from;
  Position to;
  std::vector<Endpoint> endpoints{};  // those that are enabled
  std::vector<audit::RecordedEvent> events{};
};

Dispatcher::Seen Dispatcher::look() const {
  return database_.read_blocking([&](db::Transaction& tx) {
    const audit::EventStore log;
    Seen seen{.from = endpoints_.position(tx), .to = {}};
    seen.to = seen.from;
    seen.endpoints = endpoints_.list(tx);
    std::erase_if(seen.endpoints, [](const Endpoint& endpoint) { return !endpoint.enabled; });
    if (seen.endpoints.empty() && (alerts_ == nullptr || !alerts_->listens())) {
      // Whoever is added later hears only of what happens later.
      seen.to = {.seq = std::max(newest_event(tx), seen.from.seq), .gaps = {}};
      return seen;
    }
    const auto now = clock_.now();
    std::erase_if(seen.to.gaps, [&](const auto& gap) { return gap.second + kGapLifetime < now; });
    for (const auto& [seq, since] : seen.from.gaps) {
      for (auto& event : log.range(tx, seq, seq, 1)) {
        seen.to.gaps.erase(seq);
        seen.events.push_back(std::move(event));
      }
    }
    constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
    for (auto& event : log.range(tx, seen.from.seq + 1, kEnd, kStep)) {
      const auto missed_from = std::max(seen.to.seq + 1, event.seq - static_cast<std::int64_t>(kStep));
      for (auto missed = missed_from; missed < event.seq; ++missed) seen.to.gaps.emplace(missed, now);
      seen.to.seq = event.seq;
      seen.events.push_back(std::move(event));
    }
    // Bounded, whatever a server does with its numbers: the oldest are least likely to come.
    while (seen.to.gaps.size() > kStep) seen.to.gaps.erase(seen.to.gaps.begin());
    return seen;
  });
}

bool Dispatcher::concerns_anybody(const Seen& seen) const {
  return !seen.endpoints.empty() || std::any_of(seen.events.begin(), seen.events.end(), [&](const auto& event) {
    return alerts_ != nullptr && alerts_->wants(event);
  });
}

void Dispatcher::add_jobs(db::Transaction& tx, const Seen& seen, const audit::RecordedEvent& event) const {
  for (const auto& endpoint : seen.endpoints) {
    if (event.seq <= endpoint.from_seq || !endpoint.wants(event.type)) continue;
    const EventJob job{endpoint.id, event.seq};
    jobs_.add(
        tx,
        {.queue = kWebhookQueue, .kind = "event", .payload = job.payload(), .due = clock_.now(), .lane = job.lane()});
  }
}

std::size_t Dispatcher::step() {
  const Seen seen = look();
  if (seen.to == seen.from) return 0;
  // Without anybody to tell, moving on is not worth a write for each event.
  if (!concerns_anybody(seen) && seen.to.seq - seen.from.seq < static_cast<std::int64_t>(kStep)) return 0;
  AlertOutbox::Counts counts;
  database_.write_blocking([&](db::Transaction& tx) {
    if (alerts_ != nullptr) counts = alerts_->counts();    // in each attempt anew
    if (!endpoints_.move(tx, seen.from, seen.to)) return;  // another node has done it
    for (const auto& event : seen.events) {
      add_jobs(tx, seen, event);
      if (alerts_ != nullptr) alerts_->add(tx, event, counts);
    }
  });
  if (alerts_ != nullptr) alerts_->committed(std::move(counts));
  return seen.events.size();
}

}  // namespace gatehouse::identity
