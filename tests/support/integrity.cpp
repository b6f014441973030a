#include "tests/support/integrity.hpp"

namespace gatehouse::test {
namespace {

std::vector<std::string> errors_of_postgres(db::Transaction& transaction) {
  std::vector<std::string> errors;
  transaction.query(
      "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready) "
      "UNION ALL SELECT conname::text FROM pg_constraint WHERE NOT convalidated LIMIT 100",
      {}, [&](const db::Row& row) { errors.push_back(row.text(0) + " is not valid"); });
  return errors;
}

}  // namespace

std::vector<std::string> integrity_errors(db::Database& database) {
  const bool postgres = database.dialect() == db::Database::Dialect::postgres;
  return database.read_blocking([postgres](db::Transaction& transaction) {
    if (postgres) return errors_of_postgres(transaction);
    std::vector<std::string> errors;
    transaction.query("PRAGMA integrity_check(100)", {}, [&](const db::Row& row) {
      if (auto line = row.text(0); line != "ok") errors.push_back(std::move(line));
    });
    transaction.query("PRAGMA foreign_key_check", {}, [&](const db::Row& row) {
      if (errors.size() < 100) errors.push_back("foreign key of " + row.text(0) + " points nowhere");
    });
    return errors;
  });
}

}  // namespace gatehouse::test
