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
  StoredBatch last{};
  std::size_t batches = 0;
  bool complete = true;
  bool refused = false;
};

Removable find_removable(db::Transaction& tx, const BatchStore& store, const crypto::VerificationKey& key,
                         base::TimePoint before) {
  Removable found;
  const auto oldest = store.from(tx, 0, kBatchesAtOnce);
  found.complete = oldest.size() < kBatchesAtOnce;
  std::int64_t events = 0;
  for (std::size_t i = 0; i + 1 < oldest.size(); ++i) {
    const auto& stored = oldest[i];
    if (stored.sealed_at >= before) return found.complete = true, found;
    if (events >= static_cast<std::int64_t>(kEventsAtOnce)) return found.complete = false, found;
    auto batch = parse_batch(stored.record);
    if (!batch || batch->number != stored.number || !signature_holds(stored.record, key)) {
      found.refused = found.complete = true;
      return found;
    }
    events += batch->events.count();
    found.events.push_back(std::move(batch->events));
    found.last = stored;
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
    const ChainHead removed{.number = old.last.number, .record_sha256 = sha256_hex(old.last.record)};
    store.set_checkpoint(
        tx, {.number = removed.number, .last_seq = old.last.last_seq, .record = seal_checkpoint(removed, now, key)});
    for (const auto& numbers : old.events) {
      for (const auto& range : numbers.ranges()) retained.events += events.remove(tx, range.first, range.last);
    }
    store.remove_through(tx, removed.number);
    log.record(tx, {.type = audit::type::kAuditRetained,
                    .fields = {{"through_batch", std::to_string(removed.number)},
                               {"events", std::to_string(retained.events)}}});
    return retained;
  });
}

}  // namespace gatehouse::identity
