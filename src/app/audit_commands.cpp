#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands.hpp"
#include "app/workbench.hpp"
#include "identity/audit/export_format.hpp"
#include "identity/audit/head_file.hpp"
#include "identity/audit/log_export.hpp"
#include "identity/audit/log_verification.hpp"
#include "platform/audit/error_book.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/base/utc_time.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::app {
namespace {

using identity::ChainHead;
using identity::LogVerification;

ChainHead parse_witness(std::string_view text) {
  ChainHead head;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ':') {
    throw std::runtime_error("a witness is NUMBER:SHA256, as the log's audit_head says it");
  }
  head.record_sha256 = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
  return head;
}

int report(const LogVerification& verification, const CommandIo& io) {
  for (const auto& finding : verification.findings) io.err << finding.to_string() << "\n";
  const auto more = verification.findings_total - verification.findings.size();
  if (more > 0) io.err << "and " << more << " more\n";
  io.out << verification.events << " events in " << verification.batches << " batches";
  if (verification.unsealed > 0) io.out << ", " << verification.unsealed << " events not sealed yet";
  if (verification.behind.number > 0) {
    io.out << "\nbehind " << verification.behind.number << ":" << verification.behind.record_sha256;
  }
  io.out << "\nhead " << verification.head.number << ":" << verification.head.record_sha256 << "\nkey "
         << verification.kid << "\n";
  io.out << (verification.findings_total == 0 ? "The log is as it was sealed.\n" : "THE LOG WAS CHANGED.\n");
  return verification.findings_total == 0 ? 0 : 1;
}

int verify_file(const AuditVerifyArguments& arguments, const CommandIo& io) {
  std::ifstream file(arguments.file, std::ios::binary);
  if (!file) throw std::runtime_error(arguments.file + " can't be read");
  const auto kid = arguments.key.empty() ? std::nullopt : std::optional(arguments.key);
  return report(identity::verify_export(file, kid), io);
}

void print(const std::vector<audit::ErrorReport>& reports, std::ostream& out) {
  for (const auto& report : reports) {
    out << telemetry::to_rfc3339(report.at) << "  " << report.error_id << "  " << report.status << "  " << report.kind
        << "  " << report.route << "  " << report.detail << "\n";
  }
}

base::TimePoint parse_time(const std::string& text, base::TimePoint otherwise) {
  if (text.empty()) return otherwise;
  const auto time = base::parse_utc_time(text);
  if (!time) throw std::runtime_error(text + " is no time: write 2026-01-31 or 2026-01-31T12:00:00Z");
  return *time;
}

}  // namespace

int audit_verify(const Settings& settings, const AuditVerifyArguments& arguments, const CommandIo& io) {
  if (!arguments.file.empty()) return verify_file(arguments, io);
  Workbench bench(settings);
  const auto& installation = bench.installation();
  std::vector<ChainHead> witnesses;
  for (const auto& witness : arguments.witnesses) witnesses.push_back(parse_witness(witness));
  // Before the log is read: it may grow meanwhile, and must not become shorter.
  if (auto seen = identity::HeadFile(settings.data.dir / "audit_head").load(); seen && seen->number > 0) {
    witnesses.push_back(std::move(*seen));
  }
  return report(identity::verify_log(*installation.database, installation.audit_key.verification_key(), witnesses,
                                     bench.clock().now()),
                io);
}

int audit_export(const Settings& settings, const std::string& from, const std::string& until, const CommandIo& io) {
  identity::ExportRange range;
  range.from = parse_time(from, range.from);
  range.until = parse_time(until, range.until);
  Workbench bench(settings);
  const auto& installation = bench.installation();
  const auto now = bench.clock().now();
  identity::ExportBody body{.lines = {}, .complete = false};
  identity::ChainHead head;
  for (bool first = true; !body.complete; first = false) {
    body = installation.database->read_blocking([&](db::Transaction& tx) { return export_batches(tx, range); });
    if (first) io.out << identity::export_start_line(body.behind, now, installation.audit_key) << "\n";
    io.out << body.lines;
    if (first || !body.lines.empty()) head = body.head;
    range.after_batch = head.number;
  }
  io.out << identity::export_end_line(head, now, installation.audit_key) << "\n";
  installation.database->write_blocking([&](db::Transaction& tx) {
    installation.audit.record(tx, {.type = audit::type::kAuditExported,
                                   .fields = {{"by", "operator"}, {"through_batch", std::to_string(head.number)}}});
  });
  return io.out.flush() ? 0 : 1;
}

int audit_show_key(const Settings& settings, const CommandIo& io) {
  Workbench bench(settings);
  io.out << boost::json::serialize(bench.installation().audit_key.public_jwk()) << "\n";
  return 0;
}

int errors_show(const Settings& settings, const std::string& error_id, const CommandIo& io) {
  Workbench bench(settings);
  const auto reports = bench.installation().database->read_blocking(
      [&](db::Transaction& tx) { return audit::ErrorStore().find(tx, error_id); });
  if (reports.empty()) {
    io.err << "Nothing is known of it: it is older than 30 days, or was no answer 5xx.\n";
    return 1;
  }
  print(reports, io.out);
  return 0;
}

int errors_list(const Settings& settings, std::size_t limit, const CommandIo& io) {
  Workbench bench(settings);
  const auto reports = bench.installation().database->read_blocking(
      [&](db::Transaction& tx) { return audit::ErrorStore().newest(tx, std::min<std::size_t>(limit, 10'000)); });
  print(reports, io.out);
  return 0;
}

}  // namespace gatehouse::app
