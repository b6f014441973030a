#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "platform/db/database.hpp"

namespace gatehouse::db {

// A table of a SQLite database, as its catalogue has it.
struct TablePlan {
  enum class Type { integer, text, blob };
  std::string name;
  std::vector<std::string> columns;
  std::vector<Type> types;
  std::size_t key = 0;                            // the column that is the primary key
  bool numbers_itself = false;                    // AUTOINCREMENT: its highest number must go along
  [[nodiscard]] std::string column_list() const;  // separated by commas
};

// Every table but schema_migration, each behind those it refers to. REQUIRES: a SQLite database; each table has a
// primary key of one column, and columns declared INTEGER, BIGINT, TEXT or BLOB.
[[nodiscard]] std::vector<TablePlan> plan_of(Database& sqlite);

}  // namespace gatehouse::db
