#pragma once

#include <string>
#include <vector>

#include "platform/db/database.hpp"

namespace gatehouse::test {

// Reads the whole database and says what is wrong with it: damaged pages, indexes that disagree with their tables, rows
// whose foreign key points nowhere. Empty when all is well; at most 100 lines. Blocks. Of PostgreSQL only
// the catalogue is read (indexes and constraints that were never finished): pages and rows are its own tools' affair
// (pg_amcheck, checksums).
[[nodiscard]] std::vector<std::string> integrity_errors(db::Database& database);

}  // namespace gatehouse::test
