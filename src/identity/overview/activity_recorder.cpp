#include "identity/overview/activity_recorder.hpp"

#include <chrono>

namespace gatehouse::identity {

void ActivityRecorder::record() {
  const Activity all = read_();
  if (all == recorded_) return;
  const auto now = clock_.now();
  const base::TimePoint slot = now - now.time_since_epoch() % kActivitySlot;
  if (id_.is_nil() || row_.slot != slot) {
    id_ = base::Uuid::random(random_);
    row_ = {.slot = slot, .activity = {}};
  }
  // The whole row each time: written twice, it is the same.
  ActivityRow next = row_;
  next.activity += all.since(recorded_);
  database_.write_blocking([&](db::Transaction& tx) {
    store_.put(tx, id_, next);
    return 0;
  });
  row_ = next;
  recorded_ = all;
}

}  // namespace gatehouse::identity
