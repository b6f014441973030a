#include "identity/audit/chain_checker.hpp"

#include <utility>

namespace gatehouse::identity {

std::string AuditFinding::to_string() const {
  std::string text;
  if (event) text += "event " + std::to_string(*event) + ": ";
  if (!event && batch) text += "batch " + std::to_string(*batch) + ": ";
  text += what;
  if (event && batch) text += " (batch " + std::to_string(*batch) + ")";
  return text;
}

void ChainChecker::found(AuditFinding finding) {
  ++total_;
  if (findings_.size() < kMaxFindings) findings_.push_back(std::move(finding));
}

void ChainChecker::batch(std::string_view record, std::span<const EventLine> events) {
  ++batches_;
  events_ += events.size();
  const auto batch = parse_batch(record);
  if (!batch) {
    found({.batch = head_.number + 1, .what = "its record is not one that the program wrote"});
    head_ = {.number = head_.number + 1, .record_sha256 = sha256_hex(record)};
    return;
  }
  check_place(*batch);
  if (!signature_holds(record, key_)) {
    found({.batch = batch->number, .what = "its record was altered, or signed with another key"});
  }
  check_events(*batch, events);
  head_ = {.number = batch->number, .record_sha256 = sha256_hex(record)};
}

void ChainChecker::check_place(const Batch& batch) {
  const auto expected = head_.number + 1;
  if (batch.number > expected) {
    found({.batch = expected, .what = "missing; the next one is " + std::to_string(batch.number)});
  } else if (batch.number < expected) {
    found({.batch = batch.number, .what = "does not stand in its place"});
  } else if (batch.previous_sha256 != head_.record_sha256) {
    found({.batch = batch.number, .what = "does not continue the batch before it"});
  }
}

// Both in order; whatever is in only one of them is missing or too much.
void ChainChecker::check_events(const Batch& batch, std::span<const EventLine> events) {
  const auto before = total_;
  std::size_t at = 0, mark = 0;
  for (const auto& range : batch.events.ranges()) {
    for (auto seq = range.first; seq <= range.last; ++seq, ++mark) {
      for (; at < events.size() && events[at].seq < seq; ++at) {
        found({.event = events[at].seq, .batch = batch.number, .what = "was not sealed here, or stands elsewhere"});
      }
      if (at == events.size() || events[at].seq != seq) {
        found({.event = seq, .batch = batch.number, .what = "missing"});
        continue;
      }
      const auto expected = std::string_view(batch.marks).substr(mark * kMarkCharacters, kMarkCharacters);
      if (mark_of(events[at].line) != expected) found({.event = seq, .batch = batch.number, .what = "altered"});
      ++at;
    }
  }
  for (; at < events.size(); ++at) {
    found({.event = events[at].seq, .batch = batch.number, .what = "was not sealed here, or stands elsewhere"});
  }
  if (total_ == before && events_sha256(events) != batch.events_sha256) {
    found({.batch = batch.number, .what = "its events were altered"});
  }
}

}  // namespace gatehouse::identity
