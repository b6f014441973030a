#include "identity/bulk/import_ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace gatehouse::identity {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string("the report ") + what + ": " + std::strerror(errno));
}

int open_report(const std::filesystem::path& path, std::uint64_t bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) fail("can't be opened");
  if (::ftruncate(descriptor, static_cast<off_t>(bytes)) == 0) return descriptor;
  ::close(descriptor);
  fail("can't be cut");
}

}  // namespace

ImportLedger::ImportLedger(ImportStateFile& file, ImportState state, const ImportOptions& options,
                           OnProgress on_progress)
    : file_(file),
      start_(std::move(state)),
      bytes_total_(std::filesystem::file_size(options.file)),
      on_progress_(std::move(on_progress)),
      state_(start_),
      report_(open_report(options.report, start_.report_bytes)) {
  file_.save(state_);
}

ImportLedger::~ImportLedger() { ::close(report_); }

void ImportLedger::append(const std::string& report) {
  if (report.empty()) return;
  if (::write(report_, report.data(), report.size()) != static_cast<ssize_t>(report.size())) fail("can't be written");
  state_.report_bytes += report.size();
}

void ImportLedger::complete(std::uint64_t sequence, BatchOutcome outcome) {
  const std::lock_guard lock(mutex_);
  waiting_.emplace(sequence, std::move(outcome));
  if (waiting_.begin()->first != next_) return;
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.erase(first)) {
    const auto& done = first->second;
    append(done.report);
    state_.offset = done.end;
    state_.line = done.line;
    state_.imported += done.imported;
    state_.refused += done.refused;
    state_.taken += done.taken;
    ++next_;
  }
  // The report first: the state says how much of it counts.
  if (::fdatasync(report_) != 0) fail("can't be written");
  file_.save(state_);
  if (on_progress_) on_progress_(make_progress());
}

void ImportLedger::finish() {
  const std::lock_guard lock(mutex_);
  state_.finished = true;
  file_.save(state_);
}

ImportProgress ImportLedger::progress() const {
  const std::lock_guard lock(mutex_);
  return make_progress();
}

ImportProgress ImportLedger::make_progress() const {
  return {.bytes = state_.offset,
          .bytes_total = bytes_total_,
          .imported = state_.imported,
          .refused = state_.refused,
          .taken = state_.taken};
}

}  // namespace gatehouse::identity
