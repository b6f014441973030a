#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gatehouse::db {

// A parameter or a column. Text is UTF-8; Blob is bytes. Views: valid during the call they are passed to.
struct Blob {
  std::string_view bytes;
};
using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view, Blob>;

// The current row of a query; typed at the edge. Reading a column as another type than it has is a broken invariant.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;
  [[nodiscard]] virtual std::string blob(int column) const = 0;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
};

// Thrown by execute when a UNIQUE or PRIMARY KEY constraint refuses the row. The transaction can go on.
class UniqueViolation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;  // what(): the database's own words, table and columns only
};

// One transaction in progress. SQL uses $1, $2 … for parameters, so that one text serves SQLite and PostgreSQL.
// Statements are prepared once per connection and found again by their text: pass literals.
// Not thread-safe; REQUIRES: not kept beyond the function it was passed to.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Runs a statement; returns the number of rows it changed.
  virtual std::int64_t execute(std::string_view sql, std::initializer_list<Value> parameters = {}) = 0;
  // Runs every statement of a text, without parameters, in order: what a migration is.
  virtual void execute_script(std::string_view sql) = 0;
  // Puts many rows into a table: COPY where the database has it. `columns`: names, separated by commas; `values`: one
  // row after another, integers only for columns of 64 bits. Throws UniqueViolation as execute does, when a constraint
  // refuses one of them; then the transaction can't go on, and which row it was nobody says.
  virtual void insert_many(std::string_view table, std::string_view columns, std::span<const Value> values) = 0;
  // True: until this transaction ends, no other gets the lock of this name; it waits for nobody. False: another has it.
  // Where writes take turns anyway (SQLite) always true. For work that one node does while the others leave it alone.
  [[nodiscard]] virtual bool try_lock(std::string_view name) = 0;
  // Calls on_row for each row, in order.
  virtual void query(std::string_view sql, std::initializer_list<Value> parameters,
                     const std::function<void(const Row&)>& on_row) = 0;
  // The first row mapped by `map`, or nothing when there is none.
  template <class F>
  auto query_one(std::string_view sql, std::initializer_list<Value> parameters, F map)
      -> std::optional<decltype(map(std::declval<const Row&>()))> {
    std::optional<decltype(map(std::declval<const Row&>()))> result;
    query(sql, parameters, [&](const Row& row) {
      if (!result) result.emplace(map(row));
    });
    return result;
  }
};

}  // namespace gatehouse::db
