#include "identity/bulk/bulk_rows.hpp"

#include <algorithm>
#include <string>

#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;
using db::Value;

constexpr std::size_t kColumns = 11;
#define GATEHOUSE_BULK_COLUMNS                                                                            \
  "id, username, username_skeleton, email_index, data_key_sealed, profile_sealed, password_hash, state, " \
  "roles, created_at, updated_at"

void insert_together(db::Transaction& tx, std::span<const BulkAccount> accounts) {
  std::vector<std::string> roles;
  for (const auto& [account, state] : accounts) roles.push_back(base::join_words(account.roles));
  std::vector<Value> values;
  values.reserve(accounts.size() * kColumns);
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const auto& [account, state] = accounts[i];
    const auto created_at = base::to_unix_ms(account.created_at);
    values.insert(values.end(),
                  {Blob{account.id.bytes()}, std::string_view(account.username),
                   std::string_view(account.username_skeleton), Blob{account.email_index},
                   Blob{account.data_key_sealed}, Blob{account.profile_sealed}, std::string_view(account.password_hash),
                   to_string(state), std::string_view(roles[i]), created_at, created_at});
  }
  tx.insert_many("account", GATEHOUSE_BULK_COLUMNS, values);
}

Inserted insert_alone(db::Transaction& tx, const BulkAccount& one) {
  const auto& account = one.account;
  const auto id = Blob{account.id.bytes()};
  const auto inserted = tx.execute(
      "INSERT INTO account (" GATEHOUSE_BULK_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING",
      {id, std::string_view(account.username), std::string_view(account.username_skeleton), Blob{account.email_index},
       Blob{account.data_key_sealed}, Blob{account.profile_sealed}, std::string_view(account.password_hash),
       to_string(one.state), base::join_words(account.roles), base::to_unix_ms(account.created_at)});
  if (inserted == 1) return Inserted::yes;
  const auto there = tx.query_one("SELECT 1 FROM account WHERE id = $1", {id}, [](const db::Row&) { return true; });
  return there ? Inserted::yes : Inserted::name_taken;
}

#undef GATEHOUSE_BULK_COLUMNS

}  // namespace

std::vector<Inserted> insert_accounts(db::Database& database, std::span<const BulkAccount> accounts) {
  try {
    database.write_blocking([&](db::Transaction& tx) { insert_together(tx, accounts); });
    return std::vector<Inserted>(accounts.size(), Inserted::yes);
  } catch (const db::UniqueViolation&) {
    // Which row it was nobody says: each by itself.
  }
  constexpr std::size_t kStep = 250;  // far within what a transaction may take
  std::vector<Inserted> results;
  for (auto rest = accounts; !rest.empty(); rest = rest.subspan(std::min(kStep, rest.size()))) {
    const auto step = rest.first(std::min(kStep, rest.size()));
    const auto some = database.write_blocking([&](db::Transaction& tx) {
      std::vector<Inserted> done;
      for (const auto& one : step) done.push_back(insert_alone(tx, one));
      return done;
    });
    results.insert(results.end(), some.begin(), some.end());
  }
  return results;
}

}  // namespace gatehouse::identity
