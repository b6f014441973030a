#include "platform/db/postgres_parameters.hpp"

#include <endian.h>

#include <type_traits>

#include "platform/db/postgres_types.hpp"

namespace gatehouse::db {

PostgresParameters::PostgresParameters(std::initializer_list<Value> values) {
  integers_.reserve(values.size());
  types_.reserve(values.size());
  values_.reserve(values.size());
  lengths_.reserve(values.size());
  formats_.assign(values.size(), 1);
  for (const auto& value : values) add(value);
}

void PostgresParameters::add(const Value& value) {
  std::visit(
      [this](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::nullptr_t>) {
          add_bytes(0, nullptr, 0);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          integers_.push_back(htobe64(static_cast<std::uint64_t>(v)));
          add_bytes(postgres_type::kInt8, reinterpret_cast<const char*>(&integers_.back()), sizeof(std::uint64_t));
        } else if constexpr (std::is_same_v<T, std::string_view>) {
          add_bytes(postgres_type::kText, v.data() != nullptr ? v.data() : "", v.size());  // a null pointer is NULL
        } else {
          add_bytes(0, v.bytes.data() != nullptr ? v.bytes.data() : "", v.bytes.size());
        }
      },
      value);
}

void PostgresParameters::add_bytes(unsigned int type, const char* bytes, std::size_t size) {
  types_.push_back(type);
  values_.push_back(bytes);
  lengths_.push_back(static_cast<int>(size));
}

}  // namespace gatehouse::db
