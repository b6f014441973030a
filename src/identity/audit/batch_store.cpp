#include "identity/audit/batch_store.hpp"

namespace gatehouse::identity {
namespace {

#define GATEHOUSE_BATCH_COLUMNS "SELECT number, sealed_at, last_seq, record FROM audit_batch "

StoredBatch read_batch(const db::Row& row) {
  return {.number = row.integer(0),
          .sealed_at = base::from_unix_ms(row.integer(1)),
          .last_seq = row.integer(2),
          .record = row.text(3)};
}

}  // namespace

std::optional<std::string_view> disagreement(const StoredBatch& row, const Batch& record, std::int64_t last_seq) {
  if (row.sealed_at != record.sealed_at) return "its row says another time of sealing than its record";
  if (row.last_seq != last_seq) return "its row says another last number than its record";
  return std::nullopt;
}

std::int64_t last_seq_of(const StoredCheckpoint& checkpoint) {
  const auto record = parse_checkpoint(checkpoint.record);
  return record && record->last_seq ? *record->last_seq : checkpoint.last_seq;
}

std::vector<StoredBatch> BatchStore::from(db::Transaction& tx, std::int64_t number, std::size_t limit) const {
  std::vector<StoredBatch> batches;
  tx.query(GATEHOUSE_BATCH_COLUMNS "WHERE number >= $1 ORDER BY number LIMIT $2",
           {number, static_cast<std::int64_t>(limit)}, [&](const db::Row& row) { batches.push_back(read_batch(row)); });
  return batches;
}

std::vector<StoredBatch> BatchStore::sealed_between(db::Transaction& tx, std::int64_t from_number, base::TimePoint from,
                                                    base::TimePoint until, std::size_t limit) const {
  std::vector<StoredBatch> batches;
  tx.query(GATEHOUSE_BATCH_COLUMNS "WHERE number >= $1 AND sealed_at >= $2 AND sealed_at < $3 ORDER BY number LIMIT $4",
           {from_number, base::to_unix_ms(from), base::to_unix_ms(until), static_cast<std::int64_t>(limit)},
           [&](const db::Row& row) { batches.push_back(read_batch(row)); });
  return batches;
}

std::optional<StoredBatch> BatchStore::newest_before(db::Transaction& tx, base::TimePoint time) const {
  return tx.query_one(GATEHOUSE_BATCH_COLUMNS "WHERE sealed_at < $1 ORDER BY sealed_at DESC, number DESC LIMIT 1",
                      {base::to_unix_ms(time)}, read_batch);
}

std::optional<StoredBatch> BatchStore::newest(db::Transaction& tx) const {
  return tx.query_one(GATEHOUSE_BATCH_COLUMNS "ORDER BY number DESC LIMIT 1", {}, read_batch);
}

bool BatchStore::append(db::Transaction& tx, const StoredBatch& batch) const {
  try {
    tx.execute("INSERT INTO audit_batch (number, sealed_at, last_seq, record) VALUES ($1, $2, $3, $4)",
               {batch.number, base::to_unix_ms(batch.sealed_at), batch.last_seq, std::string_view(batch.record)});
  } catch (const db::UniqueViolation&) {
    return false;
  }
  return true;
}

std::optional<StoredCheckpoint> BatchStore::checkpoint(db::Transaction& tx) const {
  return tx.query_one(
      "SELECT number, last_seq, record FROM audit_checkpoint WHERE name = 'front'", {}, [](const db::Row& row) {
        return StoredCheckpoint{.number = row.integer(0), .last_seq = row.integer(1), .record = row.text(2)};
      });
}

void BatchStore::set_checkpoint(db::Transaction& tx, const StoredCheckpoint& checkpoint) const {
  tx.execute(
      "INSERT INTO audit_checkpoint (name, number, last_seq, record) VALUES ('front', $1, $2, $3) "
      "ON CONFLICT (name) DO UPDATE SET number = $1, last_seq = $2, record = $3",
      {checkpoint.number, checkpoint.last_seq, std::string_view(checkpoint.record)});
}

void BatchStore::remove_through(db::Transaction& tx, std::int64_t number) const {
  tx.execute("DELETE FROM audit_batch WHERE number <= $1", {number});
}

#undef GATEHOUSE_BATCH_COLUMNS

}  // namespace gatehouse::identity
