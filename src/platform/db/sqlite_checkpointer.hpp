#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "platform/db/sqlite_connection.hpp"

namespace gatehouse::db {

// Moves the write-ahead log into the database file beside the writer, on a thread and a connection of its own:
// thousands of scattered pages and a wait for the disk, which would otherwise hold up the commit that happens to fill
// the log. Thread-safe.
class SqliteCheckpointer {
 public:
  explicit SqliteCheckpointer(SqliteLocation location);
  ~SqliteCheckpointer();  // finishes the pass that runs
  SqliteCheckpointer(const SqliteCheckpointer&) = delete;
  SqliteCheckpointer& operator=(const SqliteCheckpointer&) = delete;

  // Returns at once; no effect while a pass runs.
  void request();
  // True once after the log has been moved but for the little that was written meanwhile. Only when the writer moves
  // that, too, between two commits, does the log start again from its beginning.
  [[nodiscard]] bool take_finished() noexcept { return finished_.exchange(false); }

 private:
  void work();
  void move_log();

  const SqliteLocation location_;
  std::unique_ptr<SqliteConnection> connection_;  // the thread's own, opened when first needed
  std::atomic<bool> finished_{false};

  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_.
  bool requested_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace gatehouse::db
