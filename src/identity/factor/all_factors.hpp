#pragma once

#include <cstddef>

#include "contract/ids.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// Every factor of an account, and what there is because of them: recovery codes, the count of wrong ones, what sign-ins
// have to be. How many factors there were, of those that were confirmed. Part of the caller's transaction.
std::size_t remove_all_factors(db::Transaction& tx, contract::AccountId account);

}  // namespace gatehouse::identity
