#pragma once

#include <array>
#include <string_view>

namespace gatehouse::db {

// What a statement does, for a span's name: its first word and nothing else of it. `statement` for any other word.
[[nodiscard]] inline const char* statement_kind(std::string_view sql) {
  static constexpr std::array<const char*, 10> kKinds{"SELECT", "INSERT", "UPDATE", "DELETE",    "WITH",
                                                      "BEGIN",  "COMMIT", "COPY",   "SAVEPOINT", "RELEASE"};
  for (const char* kind : kKinds) {
    if (sql.starts_with(kind)) return kind;
  }
  return "statement";
}

}  // namespace gatehouse::db
