#include "identity/bulk/account_import.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "identity/bulk/bulk_rows.hpp"
#include "identity/bulk/import_ledger.hpp"
#include "identity/bulk/line_reader.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

struct Batch {
  std::uint64_t sequence = 0;
  std::vector<LineReader::Line> lines;
};

// From the thread that reads to those that work; bounded. After abandon() nothing goes in or out.
class BatchQueue {
 public:
  explicit BatchQueue(std::size_t limit) : limit_(limit) {}

  bool push(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || batches_.size() < limit_; });
    if (closed_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  // Nothing: it was closed, and is empty.
  std::optional<Batch> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !batches_.empty(); });
    if (batches_.empty()) return std::nullopt;
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  // Keeps the first error.
  void abandon(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    closed_ = true;
    batches_.clear();
    changed_.notify_all();
  }
  void rethrow_if_abandoned() {
    const std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Batch> batches_;
  bool closed_ = false;
  std::exception_ptr error_;
};

void add_to_report(std::string& report, std::uint64_t line, const LineProblem& problem) {
  report += "{\"line\":" + std::to_string(line) + ",\"field\":\"" + problem.field + "\",\"reason\":";
  telemetry::append_json_string(report, problem.reason, 500);
  report += "}\n";
}

// Turns batches of lines into rows and outcomes. One a thread.
class BatchWorker {
 public:
  BatchWorker(const AccountImport::Parts& parts, const ImportRules& rules, const ImportOptions& options,
              const std::optional<CsvColumns>& columns, ImportLedger& ledger)
      : parts_(parts),
        options_(options),
        columns_(columns),
        ledger_(ledger),
        vault_(parts.account_kek, parts.blind_index_key, parts.random),
        maker_(rules, vault_, parts.clock) {}

  void work(BatchQueue& queue) noexcept {
    try {
      while (auto batch = queue.pop()) ledger_.complete(batch->sequence, run(batch->lines));
    } catch (...) {
      queue.abandon(std::current_exception());
    }
  }

 private:
  // A line that came to nothing, or an account that is still to be inserted.
  struct Made {
    std::uint64_t line;
    std::optional<LineProblem> problem;
  };

  BatchOutcome run(const std::vector<LineReader::Line>& lines) {
    BatchOutcome outcome{.end = lines.back().end, .line = lines.back().number};
    std::vector<BulkAccount> accounts;
    std::vector<Made> made;
    accounts.reserve(lines.size());
    for (const auto& line : lines) {
      if (line.text.empty() && !line.too_long) continue;
      auto account = make(line);
      made.push_back({line.number, account ? std::nullopt : std::optional(account.error())});
      if (account) accounts.push_back(std::move(*account));
    }
    const auto inserted = accounts.empty() ? std::vector<Inserted>() : insert_accounts(parts_.database, accounts);
    auto result = inserted.begin();
    for (auto& [line, problem] : made) {
      if (!problem && *result++ == Inserted::name_taken) problem = refuse_taken(line, outcome);
      if (problem) {
        ++outcome.refused;
        add_to_report(outcome.report, line, *problem);
      } else {
        ++outcome.imported;
      }
    }
    return outcome;
  }

  base::Result<BulkAccount, LineProblem> make(const LineReader::Line& line) {
    if (line.too_long) return LineProblem{"", "is longer than 64 KiB"};
    const auto parsed = columns_ ? columns_->parse(line.text) : parse_json_line(line.text);
    if (!parsed) return parsed.error();
    return maker_.make(*parsed, ledger_.state_at_start().id_of(line.number));
  }

  LineProblem refuse_taken(std::uint64_t line, BatchOutcome& outcome) {
    constexpr const char* kReason = "the username, one that looks like it, or the e-mail address is taken";
    if (options_.on_duplicate == OnDuplicate::fail) {
      throw ImportStopped("line " + std::to_string(line) + ": " + kReason);
    }
    ++outcome.taken;
    return {"", kReason};
  }

  const AccountImport::Parts& parts_;
  const ImportOptions& options_;
  const std::optional<CsvColumns>& columns_;
  ImportLedger& ledger_;
  const AccountVault vault_;
  const AccountMaker maker_;
};

std::optional<CsvColumns> read_columns(const ImportOptions& options) {
  if (options.format != BulkFormat::csv) return std::nullopt;
  const auto header = LineReader(options.file).next();
  if (!header || header->too_long) throw ImportStopped("line 1: must name the columns");
  auto columns = CsvColumns::from_header(header->text);
  if (!columns) throw ImportStopped("line 1: " + columns.error().field + " " + columns.error().reason);
  return std::move(*columns);
}

void read_batches(const ImportOptions& options, const ImportState& from, BatchQueue& queue) {
  LineReader reader(options.file, from.offset, from.line);
  std::uint64_t sequence = 0;
  Batch batch{.sequence = sequence};
  std::size_t bytes = 0;
  constexpr std::size_t kMaxBytes = std::size_t{4} << 20;  // of a batch, however long its lines are
  const auto send = [&] {
    const bool sent = queue.push(std::move(batch));
    batch = Batch{.sequence = ++sequence};
    bytes = 0;
    return sent;
  };
  while (auto line = reader.next()) {
    if (options.format == BulkFormat::csv && line->number == 1) continue;
    bytes += line->text.size();
    batch.lines.push_back(std::move(*line));
    if ((batch.lines.size() >= options.batch_lines || bytes >= kMaxBytes) && !send()) return;
  }
  if (!batch.lines.empty()) send();
}

ImportState load_or_begin(const ImportStateFile& file, const ImportOptions& options, const base::Clock& clock,
                          base::Random& random) {
  auto fingerprint = fingerprint_of(options.file);
  auto state = file.load();
  if (!state) return ImportState::begin(std::move(fingerprint), clock, random);
  if (state->fingerprint != fingerprint) {
    throw ImportStopped(options.file.string() + " is not as it was when its import began; remove " +
                        options.state.string() + " to begin anew");
  }
  return std::move(*state);
}

}  // namespace

AccountImport::AccountImport(Parts parts, ImportRules rules, ImportOptions options)
    : parts_(parts), rules_(std::move(rules)), options_(std::move(options)) {}

ImportProgress AccountImport::run(const std::function<void(const ImportProgress&)>& on_progress) {
  ImportStateFile file(options_.state, options_.file);
  auto state = load_or_begin(file, options_, parts_.clock, parts_.random);
  const bool finished = state.finished;
  const auto columns = read_columns(options_);
  ImportLedger ledger(file, std::move(state), options_, on_progress);
  if (finished) return ledger.progress();

  BatchQueue queue(2 * options_.threads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads.emplace_back([&] {
      pthread_setname_np(pthread_self(), "import");
      BatchWorker(parts_, rules_, options_, columns, ledger).work(queue);
    });
  }
  try {
    read_batches(options_, ledger.state_at_start(), queue);
    queue.close();
  } catch (...) {
    queue.abandon(std::current_exception());
  }
  for (auto& thread : threads) thread.join();
  queue.rethrow_if_abandoned();
  ledger.finish();
  return ledger.progress();
}

}  // namespace gatehouse::identity
