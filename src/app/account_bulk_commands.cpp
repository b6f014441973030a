#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>

#include "app/commands.hpp"
#include "app/machine.hpp"
#include "app/new_file.hpp"
#include "app/workbench.hpp"
#include "identity/bulk/account_export.hpp"
#include "identity/bulk/account_import.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::app {
namespace {

namespace fs = std::filesystem;
using identity::ImportProgress;

// A bar that is drawn over itself on a terminal; a line every few seconds elsewhere.
class ProgressLine {
 public:
  ProgressLine(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}
  ~ProgressLine() {
    if (terminal_ && drawn_) out_ << "\n";
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const ImportProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (!first_) first_ = progress;
    const bool last = progress.bytes == progress.bytes_total;
    if (!last && now < next_) return;
    next_ = now + (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5'000));
    if (terminal_) out_ << "\r\x1b[K" << bar(progress) << " ";
    out_ << text(progress, std::chrono::duration<double>(now - began_).count());
    if (!terminal_) out_ << "\n";
    out_ << std::flush;
    drawn_ = true;
  }

 private:
  static double share(const ImportProgress& progress) {
    return progress.bytes_total == 0 ? 1
                                     : static_cast<double>(progress.bytes) / static_cast<double>(progress.bytes_total);
  }
  static std::string bar(const ImportProgress& progress) {
    constexpr std::size_t kWidth = 24;
    const auto full = static_cast<std::size_t>(share(progress) * kWidth);
    return "[" + std::string(full, '#') + std::string(kWidth - full, '.') + "]";
  }
  [[nodiscard]] std::string text(const ImportProgress& progress, double seconds) const {
    std::ostringstream line;
    const double per_second = seconds > 0 ? static_cast<double>(progress.imported - first_->imported) / seconds : 0;
    const double done_now = share(progress) - share(*first_);
    line << std::setw(3) << static_cast<int>(share(progress) * 100) << " %  " << progress.imported << " imported, "
         << progress.refused << " refused, " << static_cast<std::uint64_t>(per_second) << "/s";
    if (done_now > 0)
      line << ", " << static_cast<std::uint64_t>(seconds * (1 - share(progress)) / done_now) << " s left";
    return line.str();
  }

  std::ostream& out_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_{};
  std::optional<ImportProgress> first_;
  bool drawn_ = false;
};

// Once, at the end: a run is many transactions.
void record_run(const Installation& installation, std::string_view type, std::vector<audit::Field> fields) {
  const audit::Event event{.type = type, .fields = std::move(fields)};
  installation.database->write_blocking([&](db::Transaction& tx) { installation.audit.record(tx, event); });
}

fs::path beside(const fs::path& file, const char* suffix) { return fs::path(file) += suffix; }

identity::ImportOptions import_options(const ImportArguments& arguments) {
  const fs::path file = arguments.file;
  const bool csv = arguments.format.empty() ? file.extension() == ".csv" : arguments.format == "csv";
  return {.file = file,
          .state = beside(file, ".import"),
          .report = arguments.report.empty() ? beside(file, ".refused") : fs::path(arguments.report),
          .format = csv ? identity::BulkFormat::csv : identity::BulkFormat::ndjson,
          .on_duplicate = arguments.fail_on_duplicate ? identity::OnDuplicate::fail : identity::OnDuplicate::skip,
          .threads = arguments.threads != 0 ? arguments.threads : usable_cores()};
}

}  // namespace

int account_import(const Settings& settings, const ImportArguments& arguments, const CommandIo& io) {
  Workbench bench(settings);
  auto& installation = bench.installation();
  const auto options = import_options(arguments);
  const auto roles = installation.roles.snapshot();
  identity::AccountImport import({.database = *installation.database,
                                  .account_kek = installation.secrets.account_kek,
                                  .blind_index_key = installation.secrets.blind_index,
                                  .clock = bench.clock(),
                                  .random = installation.random},
                                 {.roles = *roles,
                                  .default_roles = settings.registration.default_roles,
                                  .allow_missing_passwords = arguments.allow_missing_passwords},
                                 options);
  ImportProgress done;
  try {
    ProgressLine line(io.err, arguments.terminal);
    done = import.run([&](const ImportProgress& progress) { line.show(progress); });
  } catch (const base::Unavailable& away) {
    io.err << "The database could not go on (" << away.what() << "). Run the same command again: nothing is lost.\n";
    return 1;
  }
  record_run(
      installation, audit::type::kAccountsImported,
      {{"by", "operator"}, {"imported", std::to_string(done.imported)}, {"refused", std::to_string(done.refused)}});
  io.out << done.imported << " accounts imported, " << done.refused << " lines refused";
  if (done.refused > 0) io.out << " (" << done.taken << " for a name that is taken): see " << options.report.string();
  io.out << "\n";
  return done.refused == 0 ? 0 : 1;
}

int account_export(const Settings& settings, const ExportArguments& arguments, const CommandIo& io) {
  Workbench bench(settings);
  auto& installation = bench.installation();
  NewFile file(arguments.file);
  const auto accounts = identity::export_accounts(*installation.database, installation.accounts, installation.vault,
                                                  {.password_hashes = arguments.password_hashes},
                                                  [&](std::string_view lines) { file.write(lines); });
  file.keep();
  record_run(installation, audit::type::kAccountsExported,
             {{"by", "operator"},
              {"accounts", std::to_string(accounts)},
              {"password_hashes", arguments.password_hashes ? "yes" : "no"}});
  io.out << accounts << " accounts exported\n";
  return 0;
}

}  // namespace gatehouse::app
