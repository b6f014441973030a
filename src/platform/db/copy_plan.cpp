#include "platform/db/copy_plan.hpp"

#include <algorithm>
#include <set>

#include "platform/db/broken_invariant.hpp"

namespace gatehouse::db {
namespace {

TablePlan::Type type_of(const std::string& declared) {
  if (declared == "INTEGER" || declared == "BIGINT") return TablePlan::Type::integer;
  if (declared == "TEXT") return TablePlan::Type::text;
  if (declared == "BLOB") return TablePlan::Type::blob;
  abort_broken("a column is declared as something that can't be copied");
}

TablePlan read_table(Transaction& t, const std::string& name, bool numbers_itself) {
  TablePlan plan{.name = name, .columns = {}, .types = {}, .numbers_itself = numbers_itself};
  int keys = 0;
  t.query("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid", {name}, [&](const Row& row) {
    if (row.integer(2) != 0) {
      ++keys;
      plan.key = plan.columns.size();
    }
    plan.columns.push_back(row.text(0));
    plan.types.push_back(type_of(row.text(1)));
  });
  if (keys != 1) abort_broken("a table whose primary key is not one column can't be copied");
  return plan;
}

std::set<std::string> referred_to(Transaction& t, const std::string& name) {
  std::set<std::string> tables;
  t.query("SELECT \"table\" FROM pragma_foreign_key_list($1)", {name},
          [&](const Row& row) { tables.insert(row.text(0)); });
  tables.erase(name);
  return tables;
}

// Takes, again and again, a table that refers to none that is left.
std::vector<TablePlan> sorted(Transaction& t, std::vector<TablePlan> left) {
  std::vector<TablePlan> plans;
  while (!left.empty()) {
    const auto free = std::ranges::find_if(left, [&](const TablePlan& plan) {
      const auto needed = referred_to(t, plan.name);
      return std::ranges::none_of(left, [&](const TablePlan& other) { return needed.contains(other.name); });
    });
    if (free == left.end()) abort_broken("tables that refer to each other in a circle can't be copied");
    plans.push_back(std::move(*free));
    left.erase(free);
  }
  return plans;
}

}  // namespace

std::string TablePlan::column_list() const {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "" : ", ") + column;
  return list;
}

std::vector<TablePlan> plan_of(Database& sqlite) {
  return sqlite.read_blocking([](Transaction& t) {
    std::vector<TablePlan> plans;
    t.query(
        "SELECT name, instr(sql, 'AUTOINCREMENT') > 0 FROM sqlite_schema WHERE type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'schema_migration' ORDER BY name",
        {}, [&](const Row& row) { plans.push_back(read_table(t, row.text(0), row.integer(1) != 0)); });
    return sorted(t, std::move(plans));
  });
}

}  // namespace gatehouse::db
