#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace gatehouse::db {

// What an error of the server means for the transaction that met it. SQLSTATE: PostgreSQL 15, appendix A.
struct PostgresFault {
  enum class Kind {
    unique,       // a UNIQUE or PRIMARY KEY constraint refused the row
    conflict,     // lost against another transaction: run again, it may well succeed
    connection,   // this connection is of no use any more: the server stops, is a standby now, forgot a statement
    unavailable,  // the server can't do it now; the connection is fine
    read_only,    // a write in a transaction, or on a server, that only reads
    defect,       // our own fault: bad SQL, CHECK, a foreign key
  };
  Kind kind = Kind::defect;
  const char* reason = "";  // of base::Unavailable; empty for unique, read_only and defect
};
[[nodiscard]] PostgresFault classify_sqlstate(std::string_view sqlstate);

// What may be logged of an error: its SQLSTATE and, where the server's words can't hold a value of a row or a parameter
// (constraints, syntax), these, too. `words`: PG_DIAG_MESSAGE_PRIMARY, never the detail, which quotes rows.
[[nodiscard]] std::string loggable(std::string_view sqlstate, std::string_view words);

// Unwinds the function of a transaction that can't go on; what happens next is decided by whoever runs it, not by who
// catches this.
struct PostgresInterrupted final : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "postgres: the transaction is over"; }
};

}  // namespace gatehouse::db
