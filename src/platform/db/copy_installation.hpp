#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::db {

// The copy can't be made, or is not the same. what() tells the operator what to do; it names tables and keys only.
class CopyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CopyProgress {
  std::string_view table;
  bool verifying = false;  // the second pass
  std::uint64_t done = 0;  // rows of this table in this pass
  std::uint64_t total = 0;
};

struct CopyReport {
  std::uint64_t rows = 0;  // in the source, and found the same in the target
  bool resumed = false;    // went on where an earlier call had ended
};

// Moves an installation: every row of every table from a SQLite database into an empty PostgreSQL database, table by
// table and in the order of the primary key, then reads both again and compares every value of every row.
//
// Resumable: the rows go in steps of a transaction each. Until all is copied and verified, a mark in schema_migration
// keeps every program from starting on the target; an interrupted copy is called again and goes on. The numbers that a
// table gives itself go on behind the highest that the source ever gave, so that no follower misses a row.
//
// Throws CopyError when the source lacks a migration, when the target holds rows of another origin, and when a row
// differs afterwards (something wrote to one of them); MigrationError and base::Unavailable as migrate, which it calls
// on the target, and Database do. Blocking. REQUIRES: nothing else uses either database.
CopyReport copy_installation(Database& from, Database& to, const base::Clock& clock,
                             const std::function<void(const CopyProgress&)>& progress);

}  // namespace gatehouse::db
