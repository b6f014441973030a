#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "identity/bulk/account_maker.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

enum class OnDuplicate : std::uint8_t {
  skip,  // the line goes into the report
  fail,  // the import stops there, to be run again
};

struct ImportOptions {
  std::filesystem::path file;
  std::filesystem::path state;  // made, and kept when the import has ended: it says so to the next run
  std::filesystem::path report;  // refused lines: {"line":…,"field":…,"reason":…}, in their order; no text of theirs
  BulkFormat format = BulkFormat::ndjson;
  OnDuplicate on_duplicate = OnDuplicate::skip;
  std::size_t threads = 2;  // that check and seal; each writes its own batches
  std::size_t batch_lines = 2'000;
};

struct ImportProgress {
  std::uint64_t bytes = 0;  // of the file, done
  std::uint64_t bytes_total = 0;
  std::uint64_t imported = 0;
  std::uint64_t refused = 0;
  std::uint64_t taken = 0;  // of the refused: names that belong to others
};

// A line was refused that must not be (OnDuplicate::fail), or the file is not what it should be. For the operator.
class ImportStopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Brings the accounts of a file into the database. Every line is done once, whatever happens in between: killed at any
// moment and run again, it goes on where it was, and no account is doubled or lost (docs/adr/0026). Lines that are
// refused do not stop it. Memory is bounded whatever the file holds.
class AccountImport {
 public:
  struct Parts {  // all outlive it
    db::Database& database;
    const base::Secret& account_kek;
    const base::Secret& blind_index_key;
    const base::Clock& clock;
    base::Random& random;
  };
  AccountImport(Parts parts, ImportRules rules, ImportOptions options);

  // Blocks until the end of the file. `on_progress` is called after each batch, by one thread at a time. Throws
  // ImportStopped, base::Unavailable (the database) or std::runtime_error (the files); run() again goes on.
  ImportProgress run(const std::function<void(const ImportProgress&)>& on_progress);

 private:
  Parts parts_;
  ImportRules rules_;
  ImportOptions options_;
};

}  // namespace gatehouse::identity
