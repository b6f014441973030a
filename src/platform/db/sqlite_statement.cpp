#include "platform/db/sqlite_statement.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "platform/db/sqlite_error.hpp"

namespace gatehouse::db {
namespace {

// Far more than all stores have; a text made at run time must not fill the memory.
constexpr std::size_t kMaxCached = 256;

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  return std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        // SQLITE_STATIC: the caller's bytes live until the statement is reset. An empty view has no pointer, which
        // SQLite would take for NULL.
        if constexpr (std::is_same_v<T, std::nullptr_t>) {
          return sqlite3_bind_null(statement, index);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return sqlite3_bind_int64(statement, index, v);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
          return sqlite3_bind_text64(statement, index, v.data() != nullptr ? v.data() : "", v.size(), nullptr,
                                     SQLITE_UTF8);
        } else {
          return sqlite3_bind_blob64(statement, index, v.bytes.data() != nullptr ? v.bytes.data() : "", v.bytes.size(),
                                     nullptr);
        }
      },
      value);
}

int parameter_number(const char* name) {
  int number = 0;
  if (name == nullptr || *name != '$') abort_broken("SQL parameters are written $1, $2 ...");
  const char* end = name + std::strlen(name);
  const auto parsed = std::from_chars(name + 1, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < 1) {
    abort_broken("SQL parameters are written $1, $2 ...");
  }
  return number;
}

}  // namespace

std::unique_ptr<SqliteStatement> SqliteStatement::prepare(sqlite3* connection, std::string_view sql,
                                                          std::string_view& rest) {
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &handle, &tail);
  if (code != SQLITE_OK) throw_sqlite_error(connection, code);
  rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (handle == nullptr) return nullptr;
  return std::unique_ptr<SqliteStatement>(
      new SqliteStatement(connection, handle, sql.substr(0, sql.size() - rest.size())));
}

SqliteStatement::SqliteStatement(sqlite3* connection, sqlite3_stmt* handle, std::string_view text)
    : connection_(connection), handle_(handle), text_(text) {
  // SQLite numbers `$2 … $1` in the order of first appearance, so the digits are read from the name.
  const int count = sqlite3_bind_parameter_count(handle);
  for (int i = 1; i <= count; ++i) numbers_.push_back(parameter_number(sqlite3_bind_parameter_name(handle, i)));
  for (const int number : numbers_) parameter_count_ = std::max(parameter_count_, static_cast<std::size_t>(number));
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(handle_); }

void SqliteStatement::bind(std::span<const Value> parameters) {
  if (parameters.size() != parameter_count_) abort_broken("a statement got another number of parameters than it names");
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const Value& value = parameters[static_cast<std::size_t>(numbers_[i]) - 1];
    const int code = bind_value(handle_, static_cast<int>(i) + 1, value);
    if (code != SQLITE_OK) throw_sqlite_error(connection_, code);
  }
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw_sqlite_error(connection_, code);
}

void SqliteStatement::reset() noexcept { sqlite3_reset(handle_); }

SqliteStatementCache::Lease::~Lease() {
  statement_->reset();
  statement_->in_use_ = false;
}

SqliteStatementCache::Lease SqliteStatementCache::lease(std::string_view sql) {
  const auto found = by_text_.find(sql);
  if (found != by_text_.end() && !found->second->in_use_) {
    found->second->in_use_ = true;
    return Lease(*found->second);
  }
  auto statement = prepare_only(sql);
  if (found != by_text_.end() || by_text_.size() >= kMaxCached) return Lease(std::move(statement));
  statement->in_use_ = true;
  const std::string_view key = statement->text();
  return Lease(*by_text_.emplace(key, std::move(statement)).first->second);
}

std::unique_ptr<SqliteStatement> SqliteStatementCache::prepare_only(std::string_view sql) const {
  std::string_view rest;
  auto statement = SqliteStatement::prepare(connection_, sql, rest);
  if (!statement) throw std::runtime_error("sqlite: there is no statement in the text");
  if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    throw std::runtime_error("sqlite: more than one statement in a text; use execute_script");
  }
  // The cache finds a statement by the whole text it was asked for.
  statement->text_ = sql;
  return statement;
}

}  // namespace gatehouse::db
