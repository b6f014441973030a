#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

struct ExportOptions {
  bool password_hashes = false;  // whoever reads them can test guesses
  std::size_t page = 1'000;      // accounts a transaction
};

// Every account as a line that parse_json_line reads, in the order of ids, a page at a time: what registers meanwhile
// may be in it or not, each account is as it was at one moment. Accounts whose data was erased are left out. Personal
// data stands open in it. `write` gets whole lines. Returns the number of accounts. Blocks; thread-safe. Throws
// base::Unavailable when the database, or an account's seal, can't be opened, and what `write` throws.
std::uint64_t export_accounts(db::Database& database, const AccountStore& store, const AccountVault& vault,
                              const ExportOptions& options, const std::function<void(std::string_view)>& write);

}  // namespace gatehouse::identity
