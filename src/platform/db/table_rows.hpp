#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/db/copy_plan.hpp"
#include "platform/db/transaction.hpp"

// Rows of any table, for what moves whole tables. Internal to this folder.
namespace gatehouse::db {

// A value that owns its bytes.
struct Cell {
  std::optional<std::int64_t> integer{};
  std::optional<std::string> bytes{};
  friend bool operator==(const Cell&, const Cell&) = default;
};
using Cells = std::vector<Cell>;  // a row, in the order of the plan's columns

[[nodiscard]] Value view(const Cell& cell, TablePlan::Type type);
[[nodiscard]] Cell read_cell(const Row& row, std::size_t column, TablePlan::Type type);

constexpr std::size_t kRowsAStep = 1000;  // some hundred kilobytes

// The next kRowsAStep rows behind `after`, in the order of the key; fewer only at the end.
[[nodiscard]] std::vector<Cells> read_rows(Transaction& transaction, const TablePlan& plan,
                                           const std::optional<Cell>& after);
void insert_rows(Transaction& transaction, const TablePlan& plan, const std::vector<Cells>& rows);

// Neither database gives a number twice, not even when the row is gone; nor must the one that goes on.
// 0: none was given yet. REQUIRES: plan.numbers_itself.
[[nodiscard]] std::int64_t highest_number(Transaction& transaction, Database::Dialect dialect, const TablePlan& plan);
void carry_on_numbers(Transaction& transaction, Database::Dialect dialect, const TablePlan& plan, std::int64_t highest);

}  // namespace gatehouse::db
