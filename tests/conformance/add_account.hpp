#pragma once

#include <gtest/gtest.h>

#include <string>

#include "identity/account/account_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/uuid.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::test {

// An account of which it matters only that it is there.
inline contract::AccountId add_account(db::Database& database, const std::string& name, const base::Clock& clock,
                                       base::Random& random) {
  const identity::NewAccount row{.id = contract::AccountId(base::Uuid::v7(clock, random)),
                                 .username = name,
                                 .username_skeleton = name,
                                 .data_key_seed = std::string(16, 's'),
                                 .password_hash = "hash",
                                 .created_at = clock.now()};
  EXPECT_TRUE(database.write_blocking(
      [&](db::Transaction& tx) { return identity::AccountStore().insert(tx, row).has_value(); }));
  return row.id;
}

}  // namespace gatehouse::test
