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

ExportBody export_batches(db::Transaction& tx, const ExportRange& range) {
  const BatchStore store;
  const auto batches = store.sealed_between(tx, range.after_batch + 1, range.from, range.until, kBatchesAtOnce);
  ExportBody body{.complete = batches.size() < kBatchesAtOnce};
  body.behind = body.head = {.number = range.after_batch};
  if (!batches.empty()) {
    if (auto first = parse_batch(batches.front().record)) body.behind = {first->number - 1, first->previous_sha256};
  }
  std::size_t count = 0;
  for (const auto& stored : batches) {
    if (count >= range.max_events) {
      body.complete = false;
      break;
    }
    if (const auto batch = parse_batch(stored.record)) count += append_events(tx, *batch, body.lines);
    body.lines.append(stored.record) += '\n';
    body.head = {stored.number, sha256_hex(stored.record)};
  }
  return body;
}

ExportPiece export_log(db::Transaction& tx, const ExportRange& range, const crypto::SigningKey& key,
                       base::TimePoint now) {
  const ExportBody body = export_batches(tx, range);
  return {.lines = export_start_line(body.behind, now, key) + '\n' + body.lines + export_end_line(body.head, now, key) +
                   '\n',
          .last_batch = body.head.number,
          .complete = body.complete};
}

}  // namespace gatehouse::identity
