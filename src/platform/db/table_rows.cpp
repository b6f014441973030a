#include "platform/db/table_rows.hpp"

#include <utility>

namespace gatehouse::db {

using Type = TablePlan::Type;
using Dialect = Database::Dialect;

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

std::vector<Cells> read_rows(Transaction& transaction, const TablePlan& plan, const std::optional<Cell>& after) {
  const auto& key = plan.columns[plan.key];
  const std::string select = "SELECT " + plan.column_list() + " FROM " + plan.name;
  const std::string end = " ORDER BY " + key + " LIMIT " + std::to_string(kRowsAStep);
  std::vector<Cells> rows;
  const auto add = [&](const Row& row) {
    Cells cells;
    for (std::size_t i = 0; i < plan.types.size(); ++i) cells.push_back(read_cell(row, i, plan.types[i]));
    rows.push_back(std::move(cells));
  };
  if (after) {
    transaction.query(select + " WHERE " + key + " > $1" + end, {view(*after, plan.types[plan.key])}, add);
  } else {
    transaction.query(select + end, {}, add);
  }
  return rows;
}

void insert_rows(Transaction& transaction, const TablePlan& plan, const std::vector<Cells>& rows) {
  std::vector<Value> values;
  values.reserve(rows.size() * plan.types.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) values.push_back(view(row[i], plan.types[i]));
  }
  transaction.insert_many(plan.name, plan.column_list(), values);
}

std::int64_t highest_number(Transaction& transaction, Dialect dialect, const TablePlan& plan) {
  const auto first = [](const Row& row) { return row.optional_integer(0).value_or(0); };
  if (dialect == Dialect::sqlite) {
    return transaction.query_one("SELECT seq FROM sqlite_sequence WHERE name = $1", {plan.name}, first).value_or(0);
  }
  return transaction
      .query_one("SELECT pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass)",
                 {plan.name, plan.columns[plan.key]}, first)
      .value_or(0);
}

void carry_on_numbers(Transaction& transaction, Dialect dialect, const TablePlan& plan, std::int64_t highest) {
  if (highest == 0) return;
  if (dialect == Dialect::postgres) {
    transaction.query("SELECT setval(pg_get_serial_sequence($1, $2), $3)", {plan.name, plan.columns[plan.key], highest},
                      [](const Row&) {});
    return;
  }
  transaction.execute("DELETE FROM sqlite_sequence WHERE name = $1", {plan.name});
  transaction.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", {plan.name, highest});
}

}  // namespace gatehouse::db
