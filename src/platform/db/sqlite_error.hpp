#pragma once

#include "platform/db/broken_invariant.hpp"  // for those who ask SQLite

struct sqlite3;

namespace gatehouse::db {

// Turns what SQLite answered into what callers know:
// UniqueViolation for a UNIQUE or PRIMARY KEY constraint; base::Unavailable when the database could not do it now
// (busy, full, I/O, out of memory, damaged); std::runtime_error for what only a defect of ours explains (bad SQL,
// CHECK). REQUIRES: `code` is not SQLITE_OK and is the last error of `connection`.
[[noreturn]] void throw_sqlite_error(sqlite3* connection, int code);

}  // namespace gatehouse::db
