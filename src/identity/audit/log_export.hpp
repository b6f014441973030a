#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "crypto/signing_key.hpp"
#include "identity/audit/batch.hpp"
#include "identity/audit/batch_store.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// Which batches: behind this number, and sealed within this time. Whole ones only.
struct ExportRange {
  std::int64_t after_batch = 0;
  base::TimePoint from{};                                          // inclusive
  base::TimePoint until{base::from_unix_ms(253'402'300'800'000)};  // exclusive
  std::size_t max_events = 5'000;                                  // a batch more or less
};

// Batches with their events, and nothing around them.
struct ExportBody {
  std::string lines;
  ChainHead behind{};    // what the first of them continues
  ChainHead head{};      // the last of them; `behind` when there are none
  bool complete = true;  // false: there is more behind head
};

// Work inside the caller's transaction; thread-safe.
[[nodiscard]] ExportBody export_batches(db::Transaction& tx, const ExportRange& range);

// The same as an export that verifies on its own: export_format.hpp says how it looks.
struct ExportPiece {
  std::string lines;
  std::int64_t last_batch = 0;  // where the next piece goes on
  bool complete = true;
};
[[nodiscard]] ExportPiece export_log(db::Transaction& tx, const ExportRange& range, const crypto::SigningKey& key,
                                     base::TimePoint now);

}  // namespace gatehouse::identity
