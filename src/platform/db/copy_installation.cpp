#include "platform/db/copy_installation.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/encoding.hpp"
#include "platform/db/copy_plan.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/table_rows.hpp"

namespace gatehouse::db {
namespace {

using Progress = std::function<void(const CopyProgress&)>;
using Type = TablePlan::Type;

std::vector<Cells> read_step(Database& database, const TablePlan& plan, const std::optional<Cell>& after) {
  return database.read_blocking([&](Transaction& t) { return read_rows(t, plan, after); });
}

std::optional<Cell> last_key(Database& database, const TablePlan& plan) {
  const auto& key = plan.columns[plan.key];
  return database.read_blocking([&](Transaction& t) {
    return t.query_one("SELECT " + key + " FROM " + plan.name + " ORDER BY " + key + " DESC LIMIT 1", {},
                       [&](const Row& row) { return read_cell(row, 0, plan.types[plan.key]); });
  });
}

std::uint64_t count(Database& database, const TablePlan& plan, const std::optional<Cell>& up_to) {
  const std::string select = "SELECT count(*) FROM " + plan.name;
  const auto number = [](const Row& row) { return static_cast<std::uint64_t>(row.integer(0)); };
  return database.read_blocking([&](Transaction& t) {
    if (!up_to) return t.query_one(select, {}, number).value();
    return t
        .query_one(select + " WHERE " + plan.columns[plan.key] + " <= $1", {view(*up_to, plan.types[plan.key])}, number)
        .value();
  });
}

// Behind the last row that an earlier call copied: each step is a whole transaction, in the order of the key.
void copy_table(Database& from, Database& to, const TablePlan& plan, const Progress& progress) {
  std::optional<Cell> last = last_key(to, plan);
  CopyProgress state{.table = plan.name, .total = count(from, plan, std::nullopt)};
  if (last) state.done = count(from, plan, last);
  progress(state);
  for (;;) {
    const auto rows = read_step(from, plan, last);
    if (rows.empty()) return;
    to.write_blocking([&](Transaction& t) { insert_rows(t, plan, rows); });
    last = rows.back()[plan.key];
    state.done += rows.size();
    progress(state);
  }
}

[[noreturn]] void differ(const TablePlan& plan, const Cell& key) {
  const std::string shown = key.integer                          ? std::to_string(*key.integer)
                            : plan.types[plan.key] == Type::text ? *key.bytes
                                                                 : base::hex_encode(*key.bytes);
  throw CopyError(
      "table " + plan.name + " differs at " + plan.columns[plan.key] + " " + shown +
      ": something wrote to one of the databases meanwhile. Stop it, drop the target database, start again");
}

std::uint64_t verify_table(Database& from, Database& to, const TablePlan& plan, const Progress& progress) {
  CopyProgress state{.table = plan.name, .verifying = true, .total = count(from, plan, std::nullopt)};
  progress(state);
  for (std::optional<Cell> last;;) {
    const auto there = read_step(from, plan, last);
    const auto here = read_step(to, plan, last);
    for (std::size_t i = 0; i < std::max(there.size(), here.size()); ++i) {
      if (i >= there.size()) differ(plan, here[i][plan.key]);
      if (i >= here.size() || there[i] != here[i]) differ(plan, there[i][plan.key]);
    }
    if (there.empty()) return state.done;
    last = there.back()[plan.key];
    state.done += there.size();
    progress(state);
  }
}

bool holds_rows(Database& database, const TablePlan& plan) { return last_key(database, plan).has_value(); }

// True when an earlier copy was begun; the mark is set otherwise.
bool begin_copy(Database& from, Database& to, const base::Clock& clock, const std::vector<TablePlan>& plans) {
  if (!pending_migrations(from).empty()) {
    throw CopyError("the source lacks migrations: start this version of gatehouse on it once, then stop it");
  }
  if (copy_is_under_way(to)) return true;
  migrate(to, clock);
  for (const auto& plan : plans) {
    if (holds_rows(to, plan)) {
      throw CopyError("the target is not empty: table " + plan.name + " holds rows. Name an empty database");
    }
  }
  mark_copy(to, clock);
  return false;
}

}  // namespace

CopyReport copy_installation(Database& from, Database& to, const base::Clock& clock, const Progress& progress) {
  if (from.dialect() != Database::Dialect::sqlite || to.dialect() != Database::Dialect::postgres) {
    throw CopyError("an installation is copied from SQLite to PostgreSQL, not the other way");
  }
  const auto plans = plan_of(from);
  CopyReport report{.resumed = begin_copy(from, to, clock, plans)};
  for (const auto& plan : plans) {
    copy_table(from, to, plan, progress);
    if (!plan.numbers_itself) continue;
    const auto highest = from.read_blocking([&](Transaction& t) { return highest_number(t, from.dialect(), plan); });
    to.write_blocking([&](Transaction& t) { carry_on_numbers(t, to.dialect(), plan, highest); });
  }
  for (const auto& plan : plans) report.rows += verify_table(from, to, plan, progress);
  unmark_copy(to);
  return report;
}

}  // namespace gatehouse::db
