#include "identity/audit/log_export.hpp"

#include "identity/audit/export_format.hpp"
#include "platform/audit/event_line.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kBatchesAtOnce = 1'000;

// Whatever is missing is missing in the export, too, and found there.
std::size_t append_events(db::Transaction& tx, const Batch& batch, std::string& lines) {
  const audit::EventStore events;
  std::size_t count = 0;
  for (const auto& range : batch.events.ranges()) {
    for (const auto& event : events.range(tx, range.first, range.last, kMaxBatchEvents)) {
      lines.append(audit::event_line(event)) += '\n';
      ++count;
    }
  }
  return count;
}

}  // namespace

ExportPiece export_log(db::Transaction& tx, const ExportRange& range, const crypto::SigningKey& key,
                       base::TimePoint now) {
  const BatchStore store;
  const auto batches = store.sealed_between(tx, range.after_batch + 1, range.from, range.until, kBatchesAtOnce);
  ExportPiece piece{.lines = {}, .last_batch = range.after_batch};
  ChainHead head{.number = range.after_batch, .record_sha256 = std::string(64, '0')};
  if (!batches.empty()) {
    if (const auto first = parse_batch(batches.front().record)) head = {first->number - 1, first->previous_sha256};
  }
  piece.lines = export_start_line(head, now, key) + '\n';
  std::size_t count = 0;
  for (const auto& stored : batches) {
    if (count >= range.max_events) {
      piece.complete = false;
      break;
    }
    const auto batch = parse_batch(stored.record);
    if (batch) count += append_events(tx, *batch, piece.lines);
    piece.lines.append(stored.record) += '\n';
    piece.last_batch = stored.number;
    head = {stored.number, sha256_hex(stored.record)};
  }
  if (batches.size() == kBatchesAtOnce) piece.complete = false;
  piece.lines.append(export_end_line(head, now, key)) += '\n';
  return piece;
}

}  // namespace gatehouse::identity
