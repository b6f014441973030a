#include "identity/audit/log_verification.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "identity/audit/batch_store.hpp"
#include "identity/audit/sealer.hpp"
#include "platform/audit/event_line.hpp"
#include "platform/audit/event_store.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kBatchesAtOnce = 20;
constexpr std::size_t kEventsAtOnce = 5'000;
constexpr std::size_t kMostPending = 100'000;
constexpr auto kFirstNumber = std::numeric_limits<std::int64_t>::min();

// The events read so far that no batch has asked for. A batch may hold numbers from before those of an earlier one.
struct Pending {
  struct Event {
    base::TimePoint at;
    std::string line;
  };
  std::map<std::int64_t, Event> events;
  std::int64_t read_up_to = kFirstNumber;  // in front of the first batch nothing may stand, either
};

class Walk {
 public:
  Walk(db::Database& database, const crypto::VerificationKey& key, const std::vector<ChainHead>& witnesses)
      : database_(database), key_(key), checker_(key), witnesses_(witnesses) {}

  LogVerification run(base::TimePoint now) {
    database_.read_blocking([this](db::Transaction& tx) { begin(tx); });
    while (next_batches()) continue;
    for (const auto& witness : witnesses_) {
      if (witness.number <= checker_.head().number) continue;
      checker_.found(
          {.batch = witness.number,
           .what = "had been sealed, but the log ends with batch " + std::to_string(checker_.head().number)});
    }
    const std::size_t unsealed = judge_what_is_left(now);
    return {.findings = checker_.findings(),
            .findings_total = checker_.findings_total(),
            .batches = checker_.batches(),
            .events = checker_.events(),
            .unsealed = unsealed,
            .behind = checker_.behind(),
            .head = checker_.head(),
            .kid = key_.kid()};
  }

 private:
  void begin(db::Transaction& tx) {
    const auto stored = batches_.checkpoint(tx);
    if (!stored) return;
    const auto checkpoint = parse_checkpoint(stored->record);
    if (!checkpoint || checkpoint->number != stored->number || !signature_holds(stored->record, key_)) {
      checker_.found({.batch = stored->number, .what = "the checkpoint behind it was altered"});
    }
    if (checkpoint && checkpoint->last_seq && *checkpoint->last_seq != stored->last_seq) {
      checker_.found(
          {.batch = stored->number, .what = "the checkpoint's row says another last number than its record"});
    }
    last_seq_ = last_seq_of(*stored);
    checker_.begin_behind({stored->number, checkpoint ? checkpoint->record_sha256 : ""});
    next_ = stored->number + 1;
  }

  bool next_batches() {
    const auto stored =
        database_.read_blocking([&](db::Transaction& tx) { return batches_.from(tx, next_, kBatchesAtOnce); });
    for (const auto& batch : stored) {
      const auto parsed = parse_batch(batch.record);
      checker_.batch(batch.record, parsed ? events_of(parsed->events) : std::vector<EventLine>{});
      if (parsed) look_at_row(batch, *parsed);
      hold_against_witnesses();
      next_ = batch.number + 1;  // the row's own number: a record may say anything
    }
    return stored.size() == kBatchesAtOnce;
  }

  // The signature covers the record alone; retention, exports and the sealer find batches by the rest.
  void look_at_row(const StoredBatch& row, const Batch& batch) {
    last_seq_ = std::max(last_seq_, batch.events.last());
    if (const auto what = disagreement(row, batch, last_seq_)) {
      checker_.found({.batch = row.number, .what = std::string(*what)});
    }
    // One that is full may have left some for the next.
    if (batch.events.count() < static_cast<std::int64_t>(kMaxBatchEvents)) {
      running_at_ = std::max(running_at_, batch.sealed_at);
    }
  }

  void hold_against_witnesses() {
    for (const auto& witness : witnesses_) {
      if (witness.number != checker_.head().number || witness == checker_.head()) continue;
      checker_.found({.batch = witness.number, .what = "is not the one that had been sealed"});
    }
  }

  std::vector<EventLine> events_of(const SeqRanges& numbers) {
    read_up_to(numbers.last());
    std::vector<EventLine> events;
    for (const auto& range : numbers.ranges()) {
      auto at = pending_.events.lower_bound(range.first);
      while (at != pending_.events.end() && at->first <= range.last) {
        events.push_back({at->first, std::move(at->second.line)});
        at = pending_.events.erase(at);
      }
    }
    return events;
  }

  void read_up_to(std::int64_t last) {
    while (pending_.read_up_to < last && pending_.events.size() < kMostPending) {
      const auto events = database_.read_blocking(
          [&](db::Transaction& tx) { return events_.range(tx, pending_.read_up_to + 1, last, kEventsAtOnce); });
      for (const auto& event : events) pending_.events[event.seq] = {event.at, audit::event_line(event)};
      pending_.read_up_to = events.size() == kEventsAtOnce ? events.back().seq : last;
    }
  }

  // Among those that are sealed, and not of these minutes: nobody will ever seal it.
  std::size_t judge_what_is_left(base::TimePoint now) {
    const auto young = now - 2 * Sealer::kLateWindow;
    std::size_t unsealed = 0;
    for (const auto& [seq, event] : pending_.events) {
      if (event.at < young || event.at > now + Sealer::kLateWindow) {
        checker_.found({.event = seq, .what = "in no batch: it was put there later"});
      } else {
        ++unsealed;
      }
    }
    return unsealed + judge_tail(young);
  }

  // Behind the last batch: not sealed yet. A program that was killed leaves such events, and so do commands while none
  // runs, and they wait as long as it takes; but one that runs seals within seconds. So an event is overdue only when
  // a program is known to have run long after it, by a batch that was sealed then, or by what only a program that
  // serves requests records (which had long enough to be sealed itself: it may just have been started).
  std::size_t judge_tail(base::TimePoint young) {
    std::map<std::int64_t, base::TimePoint> tail;
    constexpr auto kLastNumber = std::numeric_limits<std::int64_t>::max();
    for (bool more = true; more && tail.size() < kMostPending;) {
      const auto first = (tail.empty() ? pending_.read_up_to : tail.rbegin()->first) + 1;
      const auto events = database_.read_blocking(
          [&](db::Transaction& tx) { return events_.range(tx, first, kLastNumber, kEventsAtOnce); });
      for (const auto& event : events) {
        tail[event.seq] = event.at;
        if (event.at < young && comes_of_a_request(event)) running_at_ = std::max(running_at_, event.at);
      }
      more = events.size() == kEventsAtOnce;
    }
    std::size_t unsealed = 0;
    for (const auto& [seq, at] : tail) {
      if (at < running_at_ - 2 * Sealer::kLateWindow) {
        checker_.found({.event = seq, .what = "never sealed, though the program ran long after it"});
      } else {
        ++unsealed;
      }
    }
    return unsealed;
  }

  static bool comes_of_a_request(const audit::RecordedEvent& event) {
    return event.actor || event.type.starts_with("sign_in.");
  }

  db::Database& database_;
  const crypto::VerificationKey& key_;
  ChainChecker checker_;
  const std::vector<ChainHead>& witnesses_;
  BatchStore batches_;
  audit::EventStore events_;
  Pending pending_;
  std::int64_t next_ = 1;
  std::int64_t last_seq_ = 0;     // by the records so far
  base::TimePoint running_at_{};  // a program that seals is known to have run then
};

}  // namespace

LogVerification verify_log(db::Database& database, const crypto::VerificationKey& key,
                           const std::vector<ChainHead>& witnesses, base::TimePoint now) {
  return Walk(database, key, witnesses).run(now);
}

}  // namespace gatehouse::identity
