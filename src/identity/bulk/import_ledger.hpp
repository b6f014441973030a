#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "identity/bulk/account_import.hpp"
#include "identity/bulk/import_state.hpp"

namespace gatehouse::identity {

// What became of a batch of lines.
struct BatchOutcome {
  std::uint64_t end = 0;   // offset behind its last line
  std::uint64_t line = 0;  // its last line
  std::uint64_t imported = 0;
  std::uint64_t refused = 0;
  std::uint64_t taken = 0;
  std::string report;  // of the refused lines
};

// Keeps the books of an import: batches end in any order, report and state are written in that of the file.
// Thread-safe.
class ImportLedger {
 public:
  using OnProgress = std::function<void(const ImportProgress&)>;

  // Cuts the report back to what the state knows of. Throws std::runtime_error.
  ImportLedger(ImportStateFile& file, ImportState state, const ImportOptions& options, OnProgress on_progress);
  ~ImportLedger();
  ImportLedger(const ImportLedger&) = delete;
  ImportLedger& operator=(const ImportLedger&) = delete;

  // Batch number `sequence`, from 0, is durable. Throws std::runtime_error when the books can't be written.
  void complete(std::uint64_t sequence, BatchOutcome outcome);
  // REQUIRES: all batches are complete.
  void finish();

  [[nodiscard]] ImportProgress progress() const;
  [[nodiscard]] const ImportState& state_at_start() const noexcept { return start_; }

 private:
  [[nodiscard]] ImportProgress make_progress() const;
  void append(const std::string& report);

  ImportStateFile& file_;
  const ImportState start_;
  const std::uint64_t bytes_total_;
  const OnProgress on_progress_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  ImportState state_;
  std::map<std::uint64_t, BatchOutcome> waiting_;  // for one before them
  std::uint64_t next_ = 0;
  int report_;
};

}  // namespace gatehouse::identity
