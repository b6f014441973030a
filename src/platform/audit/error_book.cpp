#include "platform/audit/error_book.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "platform/telemetry/json_line.hpp"

namespace gatehouse::audit {
namespace {

constexpr std::size_t kLongestText = 256;

// One line, cut: it is printed by a command.
std::string plain(std::string_view text) {
  std::string quoted;
  telemetry::append_json_string(quoted, text, kLongestText);
  return quoted.substr(1, quoted.size() - 2);
}

ErrorReport read_report(const db::Row& row) {
  return {.error_id = row.text(0),
          .at = base::from_unix_ms(row.integer(1)),
          .status = row.integer(2),
          .route = row.text(3),
          .kind = row.text(4),
          .detail = row.text(5)};
}

#define GATEHOUSE_ERROR_COLUMNS "SELECT error_id, at, status, route, kind, detail FROM error_report "

}  // namespace

void ErrorBook::report(ErrorReport report) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(std::move(report));
}

std::vector<ErrorReport> ErrorBook::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

void ErrorBook::put_back(std::vector<ErrorReport> reports) {
  const std::lock_guard lock(mutex_);
  std::ranges::move(waiting_, std::back_inserter(reports));
  if (reports.size() > kMostWaiting) {
    dropped_ += reports.size() - kMostWaiting;
    reports.resize(kMostWaiting);
  }
  waiting_ = std::move(reports);
}

std::uint64_t ErrorBook::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void ErrorStore::insert(db::Transaction& tx, const ErrorReport& report) const {
  tx.execute("INSERT INTO error_report (error_id, at, status, route, kind, detail) VALUES ($1, $2, $3, $4, $5, $6)",
             {std::string_view(report.error_id), base::to_unix_ms(report.at), report.status,
              std::string_view(report.route), std::string_view(report.kind), plain(report.detail)});
}

std::vector<ErrorReport> ErrorStore::find(db::Transaction& tx, std::string_view error_id) const {
  std::vector<ErrorReport> reports;
  tx.query(GATEHOUSE_ERROR_COLUMNS "WHERE error_id = $1 ORDER BY seq DESC LIMIT 20", {error_id},
           [&](const db::Row& row) { reports.push_back(read_report(row)); });
  return reports;
}

std::vector<ErrorReport> ErrorStore::newest(db::Transaction& tx, std::size_t limit) const {
  std::vector<ErrorReport> reports;
  tx.query(GATEHOUSE_ERROR_COLUMNS "ORDER BY seq DESC LIMIT $1", {static_cast<std::int64_t>(limit)},
           [&](const db::Row& row) { reports.push_back(read_report(row)); });
  return reports;
}

void ErrorStore::sweep(db::Transaction& tx, base::TimePoint before) const {
  tx.execute("DELETE FROM error_report WHERE seq <= (SELECT MAX(seq) FROM error_report) - $1", {kMostKept});
  tx.execute("DELETE FROM error_report WHERE at < $1", {base::to_unix_ms(before)});
}

#undef GATEHOUSE_ERROR_COLUMNS

}  // namespace gatehouse::audit
