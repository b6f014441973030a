#include "identity/audit/log_verification.hpp"

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
    checker_.begin_behind({stored->number, checkpoint ? checkpoint->record_sha256 : ""});
    next_ = stored->number + 1;
  }

  bool next_batches() {
    const auto stored =
        database_.read_blocking([&](db::Transaction& tx) { return batches_.from(tx, next_, kBatchesAtOnce); });
    for (const auto& batch : stored) {
      const auto parsed = parse_batch(batch.record);
      checker_.batch(batch.record, parsed ? events_of(parsed->events) : std::vector<EventLine>{});
      hold_against_witnesses();
      next_ = batch.number + 1;  // the row's own number: a record may say anything
    }
    return stored.size() == kBatchesAtOnce;
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

  // Behind the last batch: not sealed yet. Among those that are sealed, and not of these minutes: nobody will ever seal
  // it.
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
    const auto behind = database_.read_blocking([&](db::Transaction& tx) {
      return events_.numbers(tx, pending_.read_up_to + 1, std::numeric_limits<std::int64_t>::max());
    });
    return unsealed + behind.size();
  }

  db::Database& database_;
  const crypto::VerificationKey& key_;
  ChainChecker checker_;
  const std::vector<ChainHead>& witnesses_;
  BatchStore batches_;
  audit::EventStore events_;
  Pending pending_;
  std::int64_t next_ = 1;
};

}  // namespace

LogVerification verify_log(db::Database& database, const crypto::VerificationKey& key,
                           const std::vector<ChainHead>& witnesses, base::TimePoint now) {
  return Walk(database, key, witnesses).run(now);
}

}  // namespace gatehouse::identity
