#include "platform/db/postgres_statements.hpp"

namespace gatehouse::db {

PostgresStatements::Prepared* PostgresStatements::find(std::string_view sql, const PostgresParameters& parameters) {
  const auto [first, last] = by_text_.equal_range(sql);
  for (auto it = first; it != last; ++it) {
    if (it->second->types == parameters.signature()) return it->second.get();
  }
  if (by_text_.size() >= kMax) return nullptr;
  auto prepared = std::make_unique<Prepared>();
  prepared->name = "g" + std::to_string(by_text_.size());
  prepared->sql = sql;
  prepared->types = parameters.signature();
  const std::string_view key = prepared->sql;
  return by_text_.emplace(key, std::move(prepared))->second.get();
}

}  // namespace gatehouse::db
