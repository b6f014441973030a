#include "identity/bulk/bulk_rows.hpp"

#include <algorithm>
#include <string>

#include "crypto/packed_hash.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;
using db::Value;

constexpr std::size_t kColumns = 9;
#define GATEHOUSE_BULK_COLUMNS \
  "id, username, username_skeleton, email_index, data_key_seed, password_hash, state, roles, updated_at"
#define GATEHOUSE_BULK_PROFILE_COLUMNS "account_id, created_at, profile_sealed"

// What the row of an account is made of and NewAccount does not hold.
struct Columns {
  explicit Columns(const NewAccount& account)
      : password_hash(crypto::pack_password_hash(account.password_hash)), roles(base::join_words(account.roles)) {}
  std::string password_hash;
  std::string roles;
};

void insert_together(db::Transaction& tx, std::span<const BulkAccount> accounts) {
  std::vector<Columns> made;
  for (const auto& one : accounts) made.emplace_back(one.account);
  std::vector<Value> rows, profiles;
  rows.reserve(accounts.size() * kColumns);
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const auto& [account, state] = accounts[i];
    const auto id = Blob{account.id.bytes()};
    const auto created_at = base::to_unix_ms(account.created_at);
    rows.insert(rows.end(),
                {id, std::string_view(account.username), skeleton_column(account.username, account.username_skeleton),
                 Blob{account.email_index}, Blob{account.data_key_seed}, Blob{made[i].password_hash},
                 state_column(state), std::string_view(made[i].roles), created_at});
    profiles.insert(profiles.end(), {id, created_at, Blob{account.profile_sealed}});
  }
  tx.insert_many("account", GATEHOUSE_BULK_COLUMNS, rows);
  tx.insert_many("account_profile", GATEHOUSE_BULK_PROFILE_COLUMNS, profiles);
}

Inserted insert_alone(db::Transaction& tx, const BulkAccount& one) {
  const auto& account = one.account;
  const auto id = Blob{account.id.bytes()};
  const auto created_at = base::to_unix_ms(account.created_at);
  const Columns made(account);
  const auto inserted =
      tx.execute("INSERT INTO account (" GATEHOUSE_BULK_COLUMNS
                 ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
                 {id, std::string_view(account.username), skeleton_column(account.username, account.username_skeleton),
                  Blob{account.email_index}, Blob{account.data_key_seed}, Blob{made.password_hash},
                  state_column(one.state), std::string_view(made.roles), created_at});
  if (inserted == 1) {
    tx.execute("INSERT INTO account_profile (" GATEHOUSE_BULK_PROFILE_COLUMNS ") VALUES ($1, $2, $3)",
               {id, created_at, Blob{account.profile_sealed}});
    return Inserted::yes;
  }
  const auto there = tx.query_one("SELECT 1 FROM account WHERE id = $1", {id}, [](const db::Row&) { return true; });
  return there ? Inserted::yes : Inserted::name_taken;
}

#undef GATEHOUSE_BULK_PROFILE_COLUMNS
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
