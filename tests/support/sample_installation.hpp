#pragma once

#include <string>

#include "platform/db/database.hpp"

namespace gatehouse::test {

// Rows of the tables that installations are made of, for what copies and dumps them: every second account without an
// address, a name beyond ASCII, an empty and a binary value, and numbers 1 to 5 of a sequence whose rows are gone.
inline constexpr int kAccounts = 2'500;  // more than two steps of those who copy

[[nodiscard]] std::string id_of(int i);
void add_account(db::Transaction& t, int i);
void add_installation(db::Database& database);

}  // namespace gatehouse::test
