#include "identity/audit/retention.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "identity/audit/batch.hpp"
#include "identity/audit/batch_store.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {
namespace {

// A step a waiting request does not notice.
constexpr std::size_t kBatchesAtOnce = 500;
constexpr std::size_t kEventsAtOnce = 2'000;

struct Removable {
  std::vector<SeqRanges> events{};
  ChainHead last{};  // of the last one that goes
  std::int64_t last_seq = 0;
  std::size_t batches = 0;
  bool complete = true;
  bool refused = false;
};

// From where batches were removed before; nothing where that is not what this program has signed.
std::optional<Removable> begin(const std::optional<StoredCheckpoint>& stored, const crypto::VerificationKey& key) {
  if (!stored) return Removable{};
  const auto checkpoint = parse_checkpoint(stored->record);
  if (!checkpoint || checkpoint->number != stored->number || !signature_holds(stored->record, key)) return std::nullopt;
  return Removable{.last = {checkpoint->number, checkpoint->record_sha256}, .last_seq = last_seq_of(*stored)};
}

// A checkpoint says that what stood before it was in order: so it must be, to the column. Anything else would turn what
// somebody has changed into what nobody can find.
bool is_in_order(const StoredBatch& row, const std::optional<Batch>& batch, const Removable& before,
                 const crypto::VerificationKey& key) {
  return batch && batch->number == row.number && batch->number == before.last.number + 1 &&
         batch->previous_sha256 == before.last.record_sha256 && signature_holds(row.record, key) &&
         !disagreement(row, *batch, std::max(before.last_seq, batch->events.last()));
}

// What the time decides on is that which was signed.
Removable find_removable(db::Transaction& tx, const BatchStore& store, const crypto::VerificationKey& key,
                         base::TimePoint before) {
  const auto front = begin(store.checkpoint(tx), key);
  if (!front) return {.refused = true};
  Removable found = *front;
  const auto oldest = store.from(tx, 0, kBatchesAtOnce);
  found.complete = oldest.size() < kBatchesAtOnce;
  std::int64_t events = 0;
  for (std::size_t i = 0; i + 1 < oldest.size(); ++i) {
    const auto& stored = oldest[i];
    if (events >= static_cast<std::int64_t>(kEventsAtOnce)) return found.complete = false, found;
    auto batch = parse_batch(stored.record);
    if (!is_in_order(stored, batch, found, key)) {
      found.refused = found.complete = true;
      return found;
    }
    if (batch->sealed_at >= before) return found.complete = true, found;
    events += batch->events.count();
    found.last = {.number = batch->number, .record_sha256 = sha256_hex(stored.record)};
    found.last_seq = std::max(found.last_seq, batch->events.last());
    found.events.push_back(std::move(batch->events));
    ++found.batches;
  }
  return found;
}

}  // namespace

Retained remove_old_batches(db::Database& database, const audit::Log& log, const crypto::SigningKey& key,
                            std::chrono::seconds keep, base::TimePoint now) {
  const BatchStore store;
  const audit::EventStore events;
  return database.write_blocking([&](db::Transaction& tx) {
    Retained retained;
    if (!tx.try_lock("audit retention")) return retained;
    const auto old = find_removable(tx, store, key.verification_key(), now - keep);
    retained.complete = old.complete;
    retained.refused = old.refused;
    if (old.batches == 0) return retained;
    store.set_checkpoint(tx, {.number = old.last.number,
                              .last_seq = old.last_seq,
                              .record = seal_checkpoint(old.last, old.last_seq, now, key)});
    for (const auto& numbers : old.events) {
      for (const auto& range : numbers.ranges()) retained.events += events.remove(tx, range.first, range.last);
    }
    store.remove_through(tx, old.last.number);
    log.record(tx, {.type = audit::type::kAuditRetained,
                    .fields = {{"through_batch", std::to_string(old.last.number)},
                               {"events", std::to_string(retained.events)}}});
    return retained;
  });
}

}  // namespace gatehouse::identity
