#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "platform/db/transaction.hpp"

namespace gatehouse::db {

// Parameters as libpq wants them, all in binary: integers as bigint, text as text. Blob and NULL go without a type: the
// server infers it from the column, and bytea and uuid take the same sixteen bytes. Not thread-safe; holds views: valid
// as long as what it was made from.
class PostgresParameters {
 public:
  explicit PostgresParameters(std::initializer_list<Value> values);
  PostgresParameters(const PostgresParameters&) = delete;
  PostgresParameters& operator=(const PostgresParameters&) = delete;

  [[nodiscard]] int count() const noexcept { return static_cast<int>(types_.size()); }
  [[nodiscard]] const unsigned int* types() const noexcept { return types_.data(); }  // Oid
  [[nodiscard]] const char* const* values() const noexcept { return values_.data(); }
  [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
  [[nodiscard]] const int* formats() const noexcept { return formats_.data(); }
  [[nodiscard]] const std::vector<unsigned int>& signature() const noexcept { return types_; }

 private:
  void add(const Value& value);
  void add_bytes(unsigned int type, const char* bytes, std::size_t size);

  std::vector<std::uint64_t> integers_;  // big-endian; never grows beyond what was reserved: values_ points into it
  std::vector<unsigned int> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace gatehouse::db
