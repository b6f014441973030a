#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/db/transaction.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace gatehouse::db {

// One prepared statement. Not thread-safe. REQUIRES: destroyed before its connection is closed.
class SqliteStatement {
 public:
  // Prepares the first statement of `sql`; nullptr when only white space and comments are left. `rest` becomes what
  // follows it. Throws as throw_sqlite_error.
  static std::unique_ptr<SqliteStatement> prepare(sqlite3* connection, std::string_view sql, std::string_view& rest);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  // $N takes the N-th parameter, wherever it stands in the text. Views must live until reset().
  // REQUIRES: as many parameters as the text names.
  void bind(std::span<const Value> parameters);
  void bind(std::initializer_list<Value> parameters) { bind({parameters.begin(), parameters.size()}); }
  // True when a row stands ready, false when the statement is done. Throws as throw_sqlite_error.
  bool step();
  void run() {
    while (step()) continue;
  }
  void reset() noexcept;

  [[nodiscard]] sqlite3_stmt* handle() const noexcept { return handle_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  friend class SqliteStatementCache;
  SqliteStatement(sqlite3* connection, sqlite3_stmt* handle, std::string_view text);

  sqlite3* connection_;
  sqlite3_stmt* handle_;
  std::string text_;
  std::vector<int> numbers_;         // SQLite's i-th parameter is $numbers_[i]
  std::size_t parameter_count_ = 0;  // the highest $N
  bool in_use_ = false;
};

// Statements of one connection, found again by their text. Not thread-safe.
class SqliteStatementCache {
 public:
  explicit SqliteStatementCache(sqlite3* connection) : connection_(connection) {}

  // A statement for as long as the lease lives; reset when it ends. A text that is in use already (a query inside the
  // callback of the same query) and any text beyond the cache's bound is prepared for this lease alone.
  class Lease {
   public:
    explicit Lease(SqliteStatement& shared) : statement_(&shared) {}
    explicit Lease(std::unique_ptr<SqliteStatement> own) : statement_(own.get()), own_(std::move(own)) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    SqliteStatement* operator->() const noexcept { return statement_; }
    SqliteStatement& operator*() const noexcept { return *statement_; }

   private:
    SqliteStatement* statement_;
    std::unique_ptr<SqliteStatement> own_;
  };
  [[nodiscard]] Lease lease(std::string_view sql);

 private:
  [[nodiscard]] std::unique_ptr<SqliteStatement> prepare_only(std::string_view sql) const;

  sqlite3* connection_;
  std::unordered_map<std::string_view, std::unique_ptr<SqliteStatement>> by_text_;  // keys view the statements' text
};

}  // namespace gatehouse::db
