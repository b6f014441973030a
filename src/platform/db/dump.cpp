#include "platform/db/dump.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "platform/base/unavailable.hpp"
#include "platform/db/dump_format.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/table_rows.hpp"

namespace gatehouse::db {
namespace {

using Dialect = Database::Dialect;

void write_table(Transaction& t, Dialect dialect, const TablePlan& plan, DumpEncoder& out) {
  out.begin_table(plan, plan.numbers_itself ? highest_number(t, dialect, plan) : 0);
  for (std::optional<Cell> last;;) {
    const auto rows = read_rows(t, plan, last);
    for (const auto& row : rows) out.row(row);
    if (rows.size() < kRowsAStep) break;
    last = rows.back()[plan.key];
  }
  out.end_table();
}

// Hands every row of every table to `on_rows`, a step at a time.
template <class OnTable, class OnRows>
DumpReport read_through(const DumpRead& read, const DumpProgress& progress, const std::function<void(int)>& on_version,
                        OnTable on_table, OnRows on_rows) {
  DumpDecoder in(read);
  DumpReport report{.header = in.header()};
  on_version(report.header.version);
  for (const auto& plan : plan_of_version(report.header.version)) {
    on_table(plan, in.begin_table(plan));
    std::uint64_t count = 0;
    std::vector<Cells> step;
    for (auto row = in.row(plan); row; row = in.row(plan)) {
      ++count;
      step.push_back(std::move(*row));
      if (step.size() == kRowsAStep) on_rows(plan, std::exchange(step, {}));
    }
    if (!step.empty()) on_rows(plan, step);
    progress(plan.name, count);
  }
  report.rows = in.end();
  return report;
}

bool holds_rows(Transaction& t, const TablePlan& plan) {
  return t.query_one("SELECT 1 FROM " + plan.name + " LIMIT 1", {}, [](const Row&) { return true; }).has_value();
}

void require_empty(Database& database, const std::vector<TablePlan>& plans) {
  database.read_blocking([&](Transaction& t) {
    for (const auto& plan : plans) {
      if (holds_rows(t, plan)) {
        throw DumpError("the target is not empty: table " + plan.name + " holds rows. Name an empty database");
      }
    }
  });
}

// Triggers see to what the program does; what is put back here has happened already.
void set_triggers(Database& database, const std::vector<TablePlan>& plans, std::string_view word) {
  if (database.dialect() != Dialect::postgres) return;
  std::string script;
  for (const auto& plan : plans) script += "ALTER TABLE " + plan.name + " " + std::string(word) + " TRIGGER USER; ";
  database.write_blocking([&](Transaction& t) { t.execute_script(script); });
}

// What a call that was interrupted has left.
void clear(Database& database, const std::vector<TablePlan>& plans) {
  std::string tables;
  for (const auto& plan : plans) tables += (tables.empty() ? "" : ", ") + plan.name;
  database.write_blocking([&](Transaction& t) { t.execute_script("TRUNCATE " + tables + " RESTART IDENTITY"); });
}

// Brings the target to the schema of `version`, empty.
void prepare(Database& database, int version, const base::Clock& clock) {
  const auto plans = plan_of_version(version);
  if (copy_is_under_way(database)) {
    if (schema_version(database) != version) {
      throw DumpError("the target holds a part of something else: drop it, and name an empty database");
    }
    set_triggers(database, plans, "DISABLE");
    return clear(database, plans);
  }
  if (schema_version(database) > version) {
    throw DumpError("the target is newer than the dump: name a database without tables");
  }
  migrate(database, clock, migrations_for(database).first(static_cast<std::size_t>(version)));
  require_empty(database, plans);
  if (database.dialect() == Dialect::postgres) mark_copy(database, clock);
  set_triggers(database, plans, "DISABLE");
}

}  // namespace

DumpReport write_dump(Database& database, DumpHeader header, const DumpWrite& write, const DumpProgress& progress) {
  if (!pending_migrations(database).empty()) {
    throw DumpError("the database lacks migrations: start this version of gatehouse on it once");
  }
  header.version = static_cast<int>(sqlite_migrations().size());
  const auto plans = plan_of_version(header.version);
  bool begun = false;
  const auto rows = database.read_blocking([&](Transaction& t) {
    // What was written can't be taken back, and another snapshot is another state.
    if (std::exchange(begun, true)) throw base::Unavailable("dump_interrupted");
    DumpEncoder out(write);
    out.header(header);
    for (const auto& plan : plans) {
      write_table(t, database.dialect(), plan, out);
      progress(plan.name, out.rows_of_table());
    }
    out.end();
    return out.total();
  });
  return {.header = std::move(header), .rows = rows};
}

DumpReport check_dump(const DumpRead& read, const DumpProgress& progress) {
  return read_through(
      read, progress, [](int) {}, [](const TablePlan&, std::int64_t) {},
      [](const TablePlan&, const std::vector<Cells>&) {});
}

DumpReport load_dump(const DumpRead& read, Database& database, std::span<const std::string_view> leave_out,
                     const base::Clock& clock, const DumpProgress& progress) {
  auto report = read_through(
      read, progress, [&](int version) { prepare(database, version, clock); },
      [&](const TablePlan& plan, std::int64_t highest) {
        database.write_blocking([&](Transaction& t) { carry_on_numbers(t, database.dialect(), plan, highest); });
      },
      [&](const TablePlan& plan, const std::vector<Cells>& rows) {
        if (std::ranges::find(leave_out, plan.name) != leave_out.end()) return;
        database.write_blocking([&](Transaction& t) { insert_rows(t, plan, rows); });
      });
  set_triggers(database, plan_of_version(report.header.version), "ENABLE");
  migrate_marked(database, clock);
  return report;
}

}  // namespace gatehouse::db
