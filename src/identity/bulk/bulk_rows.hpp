#pragma once

#include <span>
#include <vector>

#include "identity/bulk/account_maker.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// What became of an account that was to be inserted.
enum class Inserted {
  yes,         // now, or by an earlier run of the same import: there is an account with this very id
  name_taken,  // the username, one that looks like it, or the address belongs to another account
};

// Inserts accounts, durable when it returns: all at once as a rule, and one by one where a name is taken. One result
// each, in order. May be called again with the same ids after a crash. Blocks; thread-safe. Throws base::Unavailable.
[[nodiscard]] std::vector<Inserted> insert_accounts(db::Database& database, std::span<const BulkAccount> accounts);

}  // namespace gatehouse::identity
