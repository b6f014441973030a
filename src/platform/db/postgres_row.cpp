#include "platform/db/postgres_row.hpp"

#include <libpq-fe.h>

#include "platform/db/broken_invariant.hpp"
#include "platform/db/postgres_types.hpp"

namespace gatehouse::db {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

bool PostgresRow::is_null(int column) const { return type(column) == 0; }

std::int64_t PostgresRow::integer(int column) const {
  const auto raw = [&] { return big_endian(bytes(column)); };
  switch (type(column)) {
    case postgres_type::kInt8: return static_cast<std::int64_t>(raw());
    case postgres_type::kInt4: return static_cast<std::int32_t>(raw());
    case postgres_type::kInt2: return static_cast<std::int16_t>(raw());
    case postgres_type::kBool: return static_cast<std::int64_t>(raw());
    default: abort_broken("a column was read as an integer and is none");
  }
}

std::string PostgresRow::text(int column) const {
  switch (type(column)) {
    case postgres_type::kText:
    case postgres_type::kVarchar:
    case postgres_type::kUnknown: return std::string(bytes(column));
    default: abort_broken("a column was read as text and is none");
  }
}

std::string PostgresRow::blob(int column) const {
  switch (type(column)) {
    case postgres_type::kBytea:
    case postgres_type::kUuid: return std::string(bytes(column));
    default: abort_broken("a column was read as a blob and is none");
  }
}

unsigned int PostgresRow::type(int column) const {
  if (column < 0 || column >= PQnfields(result_)) abort_broken("a column was read that the row lacks");
  return PQgetisnull(result_, row_, column) != 0 ? 0 : PQftype(result_, column);
}

std::string_view PostgresRow::bytes(int column) const {
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

}  // namespace gatehouse::db
