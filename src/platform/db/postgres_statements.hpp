#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/db/postgres_parameters.hpp"

namespace gatehouse::db {

// Which statements a connection has prepared, found by their text and the types of their parameters. Bounded: texts
// beyond kMax go without a name. Not thread-safe.
class PostgresStatements {
 public:
  static constexpr std::size_t kMax = 256;

  struct Prepared {
    std::string name;
    std::string sql;
    std::vector<unsigned int> types;
    bool ready = false;  // the server has confirmed it
  };
  // nullptr: send it without a name. The pointer stays good as long as this object.
  [[nodiscard]] Prepared* find(std::string_view sql, const PostgresParameters& parameters);

 private:
  std::unordered_multimap<std::string_view, std::unique_ptr<Prepared>> by_text_;  // keys view Prepared::sql
};

}  // namespace gatehouse::db
