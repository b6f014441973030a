#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/audit/batch.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// A row of `audit_batch`. Its record alone is signed; the rest is for finding it, and proves nothing.
struct StoredBatch {
  std::int64_t number = 0;
  base::TimePoint sealed_at{};
  std::int64_t last_seq = 0;  // the highest number in this batch and those before it
  std::string record;
};

// The row of `audit_checkpoint`.
struct StoredCheckpoint {
  std::int64_t number = 0;
  std::int64_t last_seq = 0;
  std::string record;
};

// What a row says and its record does not, in words for an operator; nothing: they agree. `last_seq`: the highest
// number in the batches up to this one, by their records.
[[nodiscard]] std::optional<std::string_view> disagreement(const StoredBatch& row, const Batch& record,
                                                           std::int64_t last_seq);
// As it was signed, or as the row says where the record is from before it was.
[[nodiscard]] std::int64_t last_seq_of(const StoredCheckpoint& checkpoint);

// The batches, and the checkpoint that stands for those that retention took. Stateless; works inside the caller's
// transaction; thread-safe.
class BatchStore {
 public:
  // Those with a number of at least `number`, in order, at most `limit`.
  [[nodiscard]] std::vector<StoredBatch> from(db::Transaction& tx, std::int64_t number, std::size_t limit) const;
  // Those sealed at `from` or later and before `until`.
  [[nodiscard]] std::vector<StoredBatch> sealed_between(db::Transaction& tx, std::int64_t from_number,
                                                        base::TimePoint from, base::TimePoint until,
                                                        std::size_t limit) const;
  // The newest that was sealed before `time`.
  [[nodiscard]] std::optional<StoredBatch> newest_before(db::Transaction& tx, base::TimePoint time) const;
  [[nodiscard]] std::optional<StoredBatch> newest(db::Transaction& tx) const;

  // False: another node has sealed the batch of that number already. That is all that keeps the chain one.
  [[nodiscard]] bool append(db::Transaction& tx, const StoredBatch& batch) const;

  [[nodiscard]] std::optional<StoredCheckpoint> checkpoint(db::Transaction& tx) const;
  void set_checkpoint(db::Transaction& tx, const StoredCheckpoint& checkpoint) const;
  // Retention: only up to the checkpoint, or the database refuses.
  void remove_through(db::Transaction& tx, std::int64_t number) const;
};

}  // namespace gatehouse::identity
