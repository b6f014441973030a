#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "platform/db/database.hpp"

namespace gatehouse::db {

struct SqliteOptions {
  std::string path;  // of the file, made (mode 0600) when it is not there; empty: in memory, gone with the Database
  std::size_t reader_threads = 2;
  std::size_t read_queue_limit = 1024;  // waiting reads; one more is refused
  std::size_t write_queue_limit = 1024;
  std::size_t group_limit = 64;                  // writes that share one commit at most
  std::chrono::milliseconds busy_timeout{5000};  // how long to wait while another process writes
};

// A Database on SQLite: write-ahead log, a commit is on the disk before the caller hears of it, one writer thread that
// commits in groups, readers beside it. Other processes (commands) may use the same file at the same time.
// Throws std::runtime_error, with the path and the reason, when the file can't be opened.
//
// The destructor finishes the writes that wait, refuses the reads that wait, then closes. REQUIRES: the io_contexts of
// the callers outlive the Database, whose threads post to them; no call of *_blocking from a function that read or
// write runs.
[[nodiscard]] std::unique_ptr<Database> open_sqlite(const SqliteOptions& options);

}  // namespace gatehouse::db
