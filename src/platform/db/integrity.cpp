#include "platform/db/integrity.hpp"

namespace gatehouse::db {

std::vector<std::string> integrity_errors(Database& database) {
  return database.read_blocking([](Transaction& transaction) {
    std::vector<std::string> errors;
    transaction.query("PRAGMA integrity_check(100)", {}, [&](const Row& row) {
      if (auto line = row.text(0); line != "ok") errors.push_back(std::move(line));
    });
    transaction.query("PRAGMA foreign_key_check", {}, [&](const Row& row) {
      if (errors.size() < 100) errors.push_back("foreign key of " + row.text(0) + " points nowhere");
    });
    return errors;
  });
}

}  // namespace gatehouse::db
