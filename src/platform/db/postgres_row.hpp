#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/db/transaction.hpp"

struct pg_result;

namespace gatehouse::db {

// A row of a result in binary format. bigint, integer, smallint and boolean are integers, as they are in SQLite; sums
// and averages (numeric) are not: cast them. bytea and uuid are blobs. Checked at each read: a column of another type
// would otherwise become nonsense. REQUIRES: the result outlives it.
class PostgresRow final : public Row {
 public:
  PostgresRow(const pg_result* result, int row) : result_(result), row_(row) {}

  [[nodiscard]] bool is_null(int column) const override;
  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] std::string text(int column) const override;
  [[nodiscard]] std::string blob(int column) const override;

 private:
  [[nodiscard]] unsigned int type(int column) const;  // 0 for NULL
  [[nodiscard]] std::string_view bytes(int column) const;

  const pg_result* result_;
  int row_;
};

}  // namespace gatehouse::db
