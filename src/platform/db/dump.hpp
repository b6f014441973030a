#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/copy_plan.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::db {

// Every table of an installation as one stream of bytes, the same for both databases: what a backup holds.

// The dump can't be made, or what was given is none. what() is for the operator; it names tables only.
class DumpError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct DumpHeader {
  base::TimePoint made_at{};
  int version = 0;        // of the schema: the number of its newest migration
  std::string program{};  // which version made it
  base::Secret extra{};   // what else is kept with it: its maker's business
};

struct DumpReport {
  DumpHeader header{};
  std::uint64_t rows = 0;
};

using DumpWrite = std::function<void(std::string_view)>;
// The next bytes, in parts of any length; empty at the end.
using DumpRead = std::function<base::Secret()>;
using DumpProgress = std::function<void(std::string_view table, std::uint64_t rows)>;  // after each table

// Writes all that the database held at one moment, while others read and write: one read transaction for everything, a
// thousand rows in memory at a time. header.version is filled in here. Throws DumpError when the database lacks a
// migration, base::Unavailable when it is lost on the way (nothing is begun anew: part of it has been written), and
// what `write` throws. Blocking. On PostgreSQL, REQUIRES: a statement_timeout that is at least half the whole time.
DumpReport write_dump(Database& database, DumpHeader header, const DumpWrite& write, const DumpProgress& progress);

// Reads a dump to its end and changes nothing: every record is well-formed and of a table that this program knows, the
// numbers are right, and nothing follows. Throws DumpError otherwise, and what `read` throws.
DumpReport check_dump(const DumpRead& read, const DumpProgress& progress);

// Fills an empty database: brings it to the dump's version, inserts every row, then brings it to this program's. On
// PostgreSQL a mark (mark_copy) is left that keeps every program from starting until unmark_copy; what an earlier
// call left behind such a mark is removed first.
// The rows of the tables in `leave_out` are read, but not inserted; report.rows counts them all the same.
// Throws as check_dump, DumpError also when the database holds rows. Blocking. REQUIRES: nobody else uses it.
DumpReport load_dump(const DumpRead& read, Database& database, std::span<const std::string_view> leave_out,
                     const base::Clock& clock, const DumpProgress& progress);

}  // namespace gatehouse::db
