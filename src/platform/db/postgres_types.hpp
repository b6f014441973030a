#pragma once

namespace gatehouse::db::postgres_type {

// Oids of the types a column or a parameter may have (PostgreSQL, catalog/pg_type.dat: fixed for ever).
constexpr unsigned int kBool = 16;
constexpr unsigned int kBytea = 17;
constexpr unsigned int kInt8 = 20;
constexpr unsigned int kInt2 = 21;
constexpr unsigned int kInt4 = 23;
constexpr unsigned int kText = 25;
constexpr unsigned int kUnknown = 705;
constexpr unsigned int kVarchar = 1043;
constexpr unsigned int kUuid = 2950;

}  // namespace gatehouse::db::postgres_type
