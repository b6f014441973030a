#include "platform/db/sqlite_error.hpp"

#include <sqlite3.h>

#include <stdexcept>
#include <string>

#include "platform/base/unavailable.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::db {
namespace {

// The reason why the database can't answer, or nullptr when the statement itself is at fault.
const char* unavailable_reason(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return "storage_busy";
    case SQLITE_FULL: return "storage_full";
    case SQLITE_IOERR: return "storage_io";
    case SQLITE_NOMEM: return "storage_out_of_memory";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "storage_corrupt";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
    case SQLITE_NOLFS: return "storage_unavailable";
    default: return nullptr;
  }
}

}  // namespace

void throw_sqlite_error(sqlite3* connection, int code) {
  if (const char* reason = unavailable_reason(code)) throw base::Unavailable(reason);
  // SQLite's words name tables, columns and SQL, never the bound values, so they may be logged.
  const std::string words = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID) {
    throw UniqueViolation(words);
  }
  throw std::runtime_error("sqlite: " + words);
}

}  // namespace gatehouse::db
