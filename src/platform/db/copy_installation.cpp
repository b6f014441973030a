#include "platform/db/copy_installation.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/encoding.hpp"
#include "platform/db/copy_plan.hpp"
#include "platform/db/migrations.hpp"

namespace gatehouse::db {
namespace {

constexpr std::size_t kStep = 1000;  // rows a transaction: some hundred kilobytes
using Progress = std::function<void(const CopyProgress&)>;
using Type = TablePlan::Type;

// A value that owns its bytes.
struct Cell {
  std::optional<std::int64_t> integer{};
  std::optional<std::string> bytes{};
  friend bool operator==(const Cell&, const Cell&) = default;
};
using Cells = std::vector<Cell>;

Value view(const Cell& cell, Type type) {
  if (cell.integer) return *cell.integer;
  if (!cell.bytes) return nullptr;
  return type == Type::text ? Value(std::string_view(*cell.bytes)) : Value(Blob{*cell.bytes});
}

Cell read_cell(const Row& row, std::size_t column, Type type) {
  const int at = static_cast<int>(column);
  if (row.is_null(at)) return {};
  switch (type) {
    case Type::integer: return {.integer = row.integer(at)};
    case Type::text: return {.bytes = row.text(at)};
    case Type::blob: break;
  }
  return {.bytes = row.blob(at)};
}

// The next rows behind `after`, by key.
std::vector<Cells> read_step(Database& database, const TablePlan& plan, const std::optional<Cell>& after) {
  const auto& key = plan.columns[plan.key];
  const std::string select = "SELECT " + plan.column_list() + " FROM " + plan.name;
  const std::string end = " ORDER BY " + key + " LIMIT " + std::to_string(kStep);
  return database.read_blocking([&](Transaction& t) {
    std::vector<Cells> rows;
    const auto add = [&](const Row& row) {
      Cells cells;
      for (std::size_t i = 0; i < plan.types.size(); ++i) cells.push_back(read_cell(row, i, plan.types[i]));
      rows.push_back(std::move(cells));
    };
    if (after) {
      t.query(select + " WHERE " + key + " > $1" + end, {view(*after, plan.types[plan.key])}, add);
    } else {
      t.query(select + end, {}, add);
    }
    return rows;
  });
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

void write_step(Database& to, const TablePlan& plan, const std::vector<Cells>& rows) {
  std::vector<Value> values;
  values.reserve(rows.size() * plan.types.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) values.push_back(view(row[i], plan.types[i]));
  }
  to.write_blocking([&](Transaction& t) { t.insert_many(plan.name, plan.column_list(), values); });
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
    write_step(to, plan, rows);
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

// SQLite never gives a number twice, not even when the row is gone; nor must the sequence that goes on.
void carry_on_numbers(Database& from, Database& to, const TablePlan& plan) {
  const auto highest = from.read_blocking([&](Transaction& t) {
    return t.query_one("SELECT seq FROM sqlite_sequence WHERE name = $1", {plan.name},
                       [](const Row& row) { return row.integer(0); });
  });
  if (!highest || *highest == 0) return;
  to.write_blocking([&](Transaction& t) {
    t.query("SELECT setval(pg_get_serial_sequence($1, $2), $3)", {plan.name, plan.columns[plan.key], *highest},
            [](const Row&) {});
  });
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
    if (plan.numbers_itself) carry_on_numbers(from, to, plan);
  }
  for (const auto& plan : plans) report.rows += verify_table(from, to, plan, progress);
  unmark_copy(to);
  return report;
}

}  // namespace gatehouse::db
