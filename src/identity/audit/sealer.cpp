#include "identity/audit/sealer.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "platform/audit/event_line.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kBatchesAtOnce = 200;
constexpr auto kLastNumber = std::numeric_limits<std::int64_t>::max();

EventLine line_of(const audit::RecordedEvent& event) { return {.seq = event.seq, .line = audit::event_line(event)}; }

ChainHead head_of(const StoredBatch& batch) {
  return {.number = batch.number, .record_sha256 = sha256_hex(batch.record)};
}

// A checkpoint that can't be read is a chain that does not verify, which is for `audit verify` to say.
ChainHead head_of(const StoredCheckpoint& checkpoint) {
  const auto parsed = parse_checkpoint(checkpoint.record);
  return {.number = checkpoint.number, .record_sha256 = parsed ? parsed->record_sha256 : ""};
}

}  // namespace

// The batches behind the head.
struct Sealer::News {
  Place head = Place::known;
  std::vector<StoredBatch> batches{};
};

Sealer::Outcome Sealer::seal_once() {
  Outcome outcome{.complete = false};
  if (!started_ && !start(outcome)) return outcome;
  const News news = parts_.database.read_blocking([this](db::Transaction& tx) { return look(tx); });
  if (news.head != Place::known) {
    started_ = false;
    if (news.head == Place::lost) note_loss(head_, outcome);
    return outcome;
  }
  for (const auto& batch : news.batches) take_over(batch);
  forget_old();
  if (news.batches.size() < kBatchesAtOnce) {
    const auto events = parts_.database.read_blocking([this](db::Transaction& tx) { return collect(tx); });
    outcome.complete = events.size() < kMaxBatchEvents;
    if (!events.empty() && seal(events)) outcome.sealed = events.size();
  }
  if (file_.load() != head_) file_.store(head_);
  outcome.head = head_;
  return outcome;
}

// From the newest batch that is older than the window, so that what was skipped since is known again. False: what this
// node had seen before it stopped is not there any more.
bool Sealer::start(Outcome& outcome) {
  const auto seen = file_.load().value_or(ChainHead{});
  const auto old = parts_.clock.now() - kLateWindow;
  Place place = Place::known;
  parts_.database.read_blocking([&](db::Transaction& tx) {
    place = place_of(tx, seen);
    const auto base = batches_.newest_before(tx, old);
    const auto checkpoint = batches_.checkpoint(tx);
    head_ = base ? head_of(*base) : checkpoint ? head_of(*checkpoint) : ChainHead{};
    last_seq_ = floor_ = last_seq_through(tx, base);
  });
  recent_.clear();
  if (place == Place::lost) {
    note_loss(seen, outcome);
    return false;
  }
  started_ = true;
  return true;
}

Sealer::Place Sealer::place_of(db::Transaction& tx, const ChainHead& head) const {
  if (head.number == 0) return Place::known;
  const auto batches = batches_.from(tx, head.number, 1);
  if (!batches.empty() && head_of(batches.front()) == head) return Place::known;
  const auto checkpoint = batches_.checkpoint(tx);
  if (!checkpoint || checkpoint->number < head.number) return Place::lost;
  return checkpoint->number == head.number ? Place::known : Place::gone;
}

// By what is signed: whoever raises the column would have nothing sealed any more. A batch holds lower numbers than one
// before it only while they are late, so what came within that time before it says which was the highest.
std::int64_t Sealer::last_seq_through(db::Transaction& tx, const std::optional<StoredBatch>& batch) const {
  const auto checkpoint = batches_.checkpoint(tx);
  std::int64_t last = checkpoint ? last_seq_of(*checkpoint) : 0;
  if (!batch) return last;
  const auto first = batches_.newest_before(tx, batch->sealed_at - 2 * kLateWindow);
  std::int64_t next = first ? std::min(first->number, batch->number) : 1;
  while (next <= batch->number) {
    const auto some = batches_.from(tx, next, kBatchesAtOnce);
    for (const auto& each : some) {
      next = each.number + 1;
      if (each.number > batch->number) break;
      if (const auto parsed = parse_batch(each.record)) last = std::max(last, parsed->events.last());
    }
    if (some.size() < kBatchesAtOnce) break;
  }
  return last;
}

Sealer::News Sealer::look(db::Transaction& tx) const {
  News news{.head = place_of(tx, head_)};
  if (news.head == Place::known) news.batches = batches_.from(tx, head_.number + 1, kBatchesAtOnce);
  return news;
}

std::vector<EventLine> Sealer::collect(db::Transaction& tx) const {
  std::vector<EventLine> events;
  add_late_ones(tx, events);
  const auto room = kMaxBatchEvents - events.size();
  for (const auto& event : events_.range(tx, last_seq_ + 1, kLastNumber, room)) events.push_back(line_of(event));
  return events;
}

void Sealer::add_late_ones(db::Transaction& tx, std::vector<EventLine>& events) const {
  const SeqRanges skipped = gaps();
  if (skipped.empty()) return;
  for (const auto seq : events_.numbers(tx, skipped.first(), skipped.last())) {
    if (!skipped.contains(seq)) continue;
    for (const auto& event : events_.range(tx, seq, seq, 1)) events.push_back(line_of(event));
    if (events.size() == kMaxBatchEvents) return;
  }
}

// The numbers between the floor and the head that no batch holds.
SeqRanges Sealer::gaps() const {
  std::vector<SeqRanges::Range> held;
  for (const auto& batch : recent_) {
    held.insert(held.end(), batch.events.ranges().begin(), batch.events.ranges().end());
  }
  std::ranges::sort(held, {}, &SeqRanges::Range::first);
  SeqRanges skipped;
  std::int64_t next = floor_ + 1;
  for (const auto& range : held) {
    if (range.first > next) skipped.add(next, range.first - 1);
    next = std::max(next, range.last + 1);
  }
  return skipped;
}

void Sealer::take_over(const StoredBatch& batch) {
  head_ = head_of(batch);
  auto parsed = parse_batch(batch.record);
  if (!parsed) return;  // what it held is in no batch that anybody can read, and goes into the next
  last_seq_ = std::max(last_seq_, parsed->events.last());
  recent_.push_back({parsed->sealed_at, last_seq_, std::move(parsed->events)});
}

void Sealer::forget_old() {
  const auto old = parts_.clock.now() - kLateWindow;
  while (!recent_.empty() && recent_.front().sealed_at < old) {
    floor_ = recent_.front().last_seq;
    recent_.pop_front();
  }
}

void Sealer::note_loss(const ChainHead& seen, Outcome& outcome) {
  ChainHead found;
  parts_.database.write_blocking([&](db::Transaction& tx) {
    const auto newest = batches_.newest(tx);
    const auto checkpoint = batches_.checkpoint(tx);
    found = newest ? head_of(*newest) : checkpoint ? head_of(*checkpoint) : ChainHead{};
    parts_.log.record(
        tx, {.type = audit::type::kHistoryLost,
             .fields = {{"seen_batch", std::to_string(seen.number)}, {"found_batch", std::to_string(found.number)}}});
  });
  file_.store(found);
  outcome.lost = seen;
  outcome.head = found;
}

// False: another node was quicker; the next look finds its batch.
bool Sealer::seal(const std::vector<EventLine>& events) {
  const auto now = parts_.clock.now();
  const StoredBatch batch{.number = head_.number + 1,
                          .sealed_at = now,
                          .last_seq = std::max(last_seq_, events.back().seq),
                          .record = seal_batch(head_, events, now, parts_.key)};
  if (!parts_.database.write_blocking([&](db::Transaction& tx) { return batches_.append(tx, batch); })) return false;
  take_over(batch);
  return true;
}

}  // namespace gatehouse::identity
