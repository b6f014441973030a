#include "platform/db/sqlite_connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "platform/base/unavailable.hpp"
#include "platform/db/sqlite_error.hpp"
#include "platform/db/statement_kind.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::db {
namespace {

// Checked at each read: a column of another type would otherwise become a silent 0 or "".
class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] bool is_null(int column) const override { return type(column) == SQLITE_NULL; }
  [[nodiscard]] std::int64_t integer(int column) const override {
    if (type(column) != SQLITE_INTEGER) abort_broken("a column was read as an integer and is none");
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] std::string text(int column) const override {
    if (type(column) != SQLITE_TEXT) abort_broken("a column was read as text and is none");
    return bytes(column);
  }
  [[nodiscard]] std::string blob(int column) const override {
    if (type(column) != SQLITE_BLOB) abort_broken("a column was read as a blob and is none");
    return bytes(column);
  }

 private:
  [[nodiscard]] int type(int column) const {
    if (column < 0 || column >= sqlite3_data_count(statement_)) abort_broken("a column was read that the row lacks");
    return sqlite3_column_type(statement_, column);
  }
  [[nodiscard]] std::string bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);  // nullptr when empty
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
  }

  sqlite3_stmt* statement_;
};

void configure_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);        // a global mutex at each allocation otherwise
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);  // no page of ours in a file under /tmp
  });
}

}  // namespace

void SqliteConnection::Close::operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }

SqliteConnection::SqliteConnection(const SqliteLocation& location, Access access) : access_(access) {
  configure_library();
  const std::string name = location.in_memory ? "file:/" + location.name + "?vfs=memdb" : location.name;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (location.in_memory ? SQLITE_OPEN_CREATE | SQLITE_OPEN_URI : 0);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) throw_sqlite_error(opened, code);
  statements_.emplace(opened);
  configure(location);
}

SqliteConnection::~SqliteConnection() { rollback(); }

void SqliteConnection::configure(const SqliteLocation& location) {
  sqlite3* connection = connection_.get();
  sqlite3_busy_timeout(connection, static_cast<int>(location.busy_timeout.count()));
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // The file is input, too: its schema may not call functions with side effects nor overwrite itself, and a misspelt
  // column in double quotes is an error, not a string.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  if (location.in_memory) {
    execute_script("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF");
  } else {
    use_write_ahead_log();
    // Takes the place of SQLite's own checkpoint inside whichever commit fills the log.
    sqlite3_wal_hook(
        connection,
        [](void* pages, sqlite3*, const char*, int count) {
          *static_cast<int*>(pages) = count;
          return SQLITE_OK;
        },
        &log_pages_);
    execute_script("PRAGMA synchronous=FULL; PRAGMA journal_size_limit=16777216; PRAGMA mmap_size=0");
  }
  // Erased data is overwritten where it stood, in pages that are free as a whole, too: erasure has to mean that.
  execute_script("PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY");
  execute_script(access_ == Access::read ? "PRAGMA cache_size=-1024" : "PRAGMA cache_size=-4096");
}

// Switching needs the file for a moment; when two processes make it together SQLite answers "busy" without waiting.
void SqliteConnection::use_write_ahead_log() {
  for (int attempt = 0;; ++attempt) {
    try {
      std::string mode;
      query("PRAGMA journal_mode=WAL", {}, [&](const Row& row) { mode = row.text(0); });
      if (mode == "wal") return;
      throw base::Unavailable("storage_without_wal");
    } catch (const base::Unavailable& error) {
      if (std::string_view(error.what()) != "storage_busy" || attempt == 50) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

std::int64_t SqliteConnection::execute(std::string_view sql, std::initializer_list<Value> parameters) {
  const telemetry::Span span(statement_kind(sql), telemetry::SpanKind::client);
  const auto before = sqlite3_total_changes64(connection_.get());
  {
    const auto statement = statements_->lease(sql);
    refuse_write_in_read(*statement);
    statement->bind(parameters);
    statement->run();
  }
  // sqlite3_changes keeps the count of an earlier statement when this one can't change rows.
  return sqlite3_total_changes64(connection_.get()) == before ? 0 : sqlite3_changes64(connection_.get());
}

void SqliteConnection::execute_script(std::string_view sql) {
  while (!sql.empty()) {
    const auto statement = SqliteStatement::prepare(connection_.get(), sql, sql);
    if (!statement) return;
    statement->bind({});
    statement->run();
  }
}

void SqliteConnection::insert_many(std::string_view table, std::string_view columns, std::span<const Value> values) {
  const telemetry::Span span("INSERT", telemetry::SpanKind::client);
  const auto width = static_cast<std::size_t>(std::count(columns.begin(), columns.end(), ',')) + 1;
  std::string sql = "INSERT INTO " + std::string(table) + " (" + std::string(columns) + ") VALUES (";
  for (std::size_t i = 1; i <= width; ++i) sql += (i == 1 ? "$" : ", $") + std::to_string(i);
  const auto statement = statements_->lease(sql + ")");
  refuse_write_in_read(*statement);
  for (; !values.empty(); values = values.subspan(width)) {
    statement->bind(values.first(width));
    statement->run();
    statement->reset();
  }
}

void SqliteConnection::query(std::string_view sql, std::initializer_list<Value> parameters,
                             const std::function<void(const Row&)>& on_row) {
  const telemetry::Span span(statement_kind(sql), telemetry::SpanKind::client);
  const auto statement = statements_->lease(sql);
  refuse_write_in_read(*statement);
  statement->bind(parameters);
  const SqliteRow row(statement->handle());
  while (statement->step()) on_row(row);
}

// Outside a transaction the connection sets itself up, which counts as writing.
void SqliteConnection::refuse_write_in_read(const SqliteStatement& statement) const {
  if (access_ == Access::read && in_transaction() && sqlite3_stmt_readonly(statement.handle()) == 0) {
    throw std::logic_error("a read must not write");
  }
}

void SqliteConnection::rollback() noexcept {
  if (in_transaction()) sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteConnection::rollback_to_savepoint() {
  execute("ROLLBACK TO task");
  release_savepoint();
}

bool SqliteConnection::in_transaction() const noexcept { return sqlite3_get_autocommit(connection_.get()) == 0; }

bool SqliteConnection::empty_log() noexcept {
  return sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) ==
         SQLITE_OK;
}

SqliteConnection::Log SqliteConnection::checkpoint() noexcept {
  Log log;
  const int code =
      sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &log.pages, &log.moved);
  return code == SQLITE_OK ? log : Log{};
}

}  // namespace gatehouse::db
