#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/db/sqlite_statement.hpp"
#include "platform/db/transaction.hpp"

struct sqlite3;

namespace gatehouse::db {

// Where a database is and how its connections behave.
struct SqliteLocation {
  std::string name;  // an absolute path, or the name of a database in memory
  bool in_memory = false;
  std::chrono::milliseconds busy_timeout{5000};  // how long to wait for a lock that another process holds
};

// One connection and the transaction that is in progress on it. Not thread-safe.
// Every function throws base::Unavailable when the database can't do it now.
class SqliteConnection final : public Transaction {
 public:
  enum class Access { read, write };  // a reading connection refuses statements that write

  SqliteConnection(const SqliteLocation& location, Access access);
  ~SqliteConnection() override;  // rolls back what is in progress
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  std::int64_t execute(std::string_view sql, std::initializer_list<Value> parameters = {}) override;
  void execute_script(std::string_view sql) override;
  void insert_many(std::string_view table, std::string_view columns, std::span<const Value> values) override;
  [[nodiscard]] bool try_lock(std::string_view /*name*/) override { return true; }
  void query(std::string_view sql, std::initializer_list<Value> parameters,
             const std::function<void(const Row&)>& on_row) override;

  void begin_read() { execute("BEGIN"); }             // the snapshot is taken by the first statement
  void begin_write() { execute("BEGIN IMMEDIATE"); }  // waits for other processes up to busy_timeout
  void commit() { execute("COMMIT"); }
  void rollback() noexcept;  // no effect when no transaction is in progress

  // One savepoint, inside a write transaction, never nested.
  void set_savepoint() { execute("SAVEPOINT task"); }
  void release_savepoint() { execute("RELEASE task"); }
  void rollback_to_savepoint();

  // False once SQLite has rolled the whole transaction back by itself (full disk, I/O error).
  [[nodiscard]] bool in_transaction() const noexcept;
  struct Log {
    int pages = 0;  // in the log when the call began
    int moved = 0;  // of these, in the database file now
  };
  // Moves what it can from the log into the database file, waiting for nobody. Nothing moved is no error.
  Log checkpoint() noexcept;
  // Moves all of it and cuts the log's file to nothing. False: a reader or writer was in the way for longer than
  // busy_timeout.
  [[nodiscard]] bool empty_log() noexcept;
  // In the log, other processes' included, at this connection's last commit. The log is moved by checkpoint() alone.
  [[nodiscard]] int log_pages() const noexcept { return log_pages_; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };

  void configure(const SqliteLocation& location);
  void use_write_ahead_log();
  void refuse_write_in_read(const SqliteStatement& statement) const;

  const Access access_;
  std::unique_ptr<sqlite3, Close> connection_;
  std::optional<SqliteStatementCache> statements_;
  int log_pages_ = 0;
};

}  // namespace gatehouse::db
