#include "identity/account/account_store.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/packed_hash.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;
using db::Value;

// One list of columns each, so that one function reads them all.
#define GATEHOUSE_ACCOUNT_COLUMNS "id, username, data_key_seed, password_hash, state, roles, epoch, email_index"
#define GATEHOUSE_SELECT_ACCOUNT "SELECT " GATEHOUSE_ACCOUNT_COLUMNS " FROM account "
#define GATEHOUSE_SELECT_WITH_PROFILE          \
  "SELECT " GATEHOUSE_ACCOUNT_COLUMNS          \
  ", profile_sealed, created_at FROM account " \
  "JOIN account_profile ON account_id = id "

std::string unpack(const std::string& packed) {
  auto text = crypto::unpack_password_hash(packed);
  if (!text) throw base::Unavailable("account_password_hash_is_damaged");
  return std::move(*text);
}

AccountRecord read_account(const db::Row& row) {
  AccountRecord record;
  record.id = contract::AccountId::from_bytes(row.blob(0)).value();
  record.username = row.text(1);
  if (!row.is_null(2)) record.data_key_seed = row.blob(2);
  record.password_hash = unpack(row.blob(3));
  record.state = state_of_column(row.text(4));
  record.roles = base::split_words(row.text(5));
  record.epoch = row.integer(6);
  if (!row.is_null(7)) record.email_index = row.blob(7);
  return record;
}

AccountWithProfile read_with_profile(const db::Row& row) {
  AccountWithProfile account{read_account(row), {}, base::from_unix_ms(row.integer(9))};
  if (!row.is_null(8)) account.profile_sealed = row.blob(8);
  return account;
}

// The row at the key $1 or, where there is none, the next one, or the last: one row in any case.
#define GATEHOUSE_ACCOUNT_AT(key)                                                                                    \
  GATEHOUSE_SELECT_ACCOUNT "WHERE " key " = COALESCE((SELECT " key " FROM account WHERE " key " >= $1 ORDER BY " key \
                           " LIMIT 1), (SELECT " key " FROM account WHERE " key " < $1 ORDER BY " key                \
                           " DESC LIMIT 1))"

// A row that is not the wanted one is read and thrown away, so that a name which nobody has takes as long as one that
// somebody has (docs/adr/0061).
template <typename IsWanted>
std::optional<AccountRecord> find_at(db::Transaction& tx, std::string_view sql, Value key, IsWanted is_wanted) {
  const auto read = [&](const db::Row& row) -> std::optional<AccountRecord> {
    const bool wanted = is_wanted(row);
    try {
      auto record = read_account(row);
      if (wanted) return record;
    } catch (const base::Unavailable&) {
      if (wanted) throw;  // a damaged neighbour is nobody's trouble
    }
    return std::nullopt;
  };
  return tx.query_one(sql, {key}, read).value_or(std::nullopt);
}

std::string roles_column(std::vector<std::string> roles) {
  return base::join_words(base::sorted_words(std::move(roles)));
}

std::optional<std::int64_t> epoch_of(db::Transaction& tx, contract::AccountId id) {
  return tx.query_one("SELECT epoch FROM account WHERE id = $1", {Blob{id.bytes()}},
                      [](const db::Row& row) { return row.integer(0); });
}

Value text_or_null(const std::optional<std::string>& text) {
  return text ? Value(std::string_view(*text)) : Value(nullptr);
}
Value blob_or_null(const std::optional<std::string>& bytes) { return bytes ? Value(Blob{*bytes}) : Value(nullptr); }

// Greater than every username with this prefix: U+10FFFF is a noncharacter, which no username holds.
std::string behind_prefix(const std::string& prefix) { return prefix + "\xF4\x8F\xBF\xBF"; }

}  // namespace

Account account_of(const NewAccount& row, Profile profile) {
  return {.id = row.id,
          .username = row.username,
          .profile = std::move(profile),
          .email_verified = !row.email_index.empty(),
          .state = AccountState::active,
          .roles = row.roles,
          .created_at = row.created_at};
}

std::string_view skeleton_column(std::string_view username, std::string_view skeleton) {
  return skeleton == username ? std::string_view() : skeleton;
}

base::Result<void, StoreError> AccountStore::insert(db::Transaction& tx, const NewAccount& account) const {
  const auto id = Blob{account.id.bytes()};
  const auto created_at = base::to_unix_ms(account.created_at);
  try {
    tx.execute(
        "INSERT INTO account (id, username, username_skeleton, email_index, data_key_seed, password_hash, state, "
        "roles, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        {id, std::string_view(account.username), skeleton_column(account.username, account.username_skeleton),
         account.email_index.empty() ? Value(nullptr) : Value(Blob{account.email_index}), Blob{account.data_key_seed},
         Blob{crypto::pack_password_hash(account.password_hash)}, state_column(AccountState::active),
         roles_column(account.roles), created_at});
  } catch (const db::UniqueViolation&) {
    return StoreError::taken;
  }
  tx.execute("INSERT INTO account_profile (account_id, created_at, profile_sealed) VALUES ($1, $2, $3)",
             {id, created_at, Blob{account.profile_sealed}});
  return {};
}

std::optional<AccountRecord> AccountStore::find(db::Transaction& tx, contract::AccountId id) const {
  return tx.query_one(GATEHOUSE_SELECT_ACCOUNT "WHERE id = $1", {Blob{id.bytes()}}, read_account);
}

std::optional<AccountRecord> AccountStore::find_by_username(db::Transaction& tx, std::string_view canonical) const {
  return find_at(tx, GATEHOUSE_ACCOUNT_AT("username"), canonical,
                 [&](const db::Row& row) { return row.text(1) == canonical; });
}

std::optional<AccountRecord> AccountStore::find_by_email_index(db::Transaction& tx, std::string_view index) const {
  return find_at(tx, GATEHOUSE_ACCOUNT_AT("email_index"), Blob{index},
                 [&](const db::Row& row) { return row.blob(7) == index; });
}

std::optional<AccountWithProfile> AccountStore::find_with_profile(db::Transaction& tx, contract::AccountId id) const {
  return tx.query_one(GATEHOUSE_SELECT_WITH_PROFILE "WHERE id = $1", {Blob{id.bytes()}}, read_with_profile);
}

bool AccountStore::replace_password_hash(db::Transaction& tx, contract::AccountId id, std::string_view expected,
                                         std::string_view replacement, base::TimePoint now) const {
  return tx.execute("UPDATE account SET password_hash = $3, updated_at = $4 WHERE id = $1 AND password_hash = $2",
                    {Blob{id.bytes()}, Blob{crypto::pack_password_hash(expected)},
                     Blob{crypto::pack_password_hash(replacement)}, base::to_unix_ms(now)}) == 1;
}

std::optional<std::int64_t> AccountStore::set_state(db::Transaction& tx, contract::AccountId id, AccountState state,
                                                    base::TimePoint now) const {
  tx.execute("UPDATE account SET state = $2, epoch = epoch + 1, updated_at = $3 WHERE id = $1",
             {Blob{id.bytes()}, state_column(state), base::to_unix_ms(now)});
  return epoch_of(tx, id);
}

std::optional<std::int64_t> AccountStore::set_roles(db::Transaction& tx, contract::AccountId id,
                                                    const std::vector<std::string>& roles, base::TimePoint now) const {
  tx.execute("UPDATE account SET roles = $2, epoch = epoch + 1, updated_at = $3 WHERE id = $1",
             {Blob{id.bytes()}, roles_column(roles), base::to_unix_ms(now)});
  return epoch_of(tx, id);
}

base::Result<void, StoreError> AccountStore::change_names(db::Transaction& tx, contract::AccountId id,
                                                          const NameChange& change, base::TimePoint now) const {
  Value skeleton = nullptr;
  if (change.username_skeleton) skeleton = skeleton_column(change.username.value(), *change.username_skeleton);
  try {
    const auto changed = tx.execute(
        "UPDATE account SET username = COALESCE($2, username), username_skeleton = COALESCE($3, username_skeleton), "
        "email_index = COALESCE($4, email_index), updated_at = $5 WHERE id = $1",
        {Blob{id.bytes()}, text_or_null(change.username), skeleton, blob_or_null(change.email_index),
         base::to_unix_ms(now)});
    if (changed == 0) return StoreError::missing;
  } catch (const db::UniqueViolation&) {
    return StoreError::taken;
  }
  tx.execute("UPDATE account_profile SET profile_sealed = $2 WHERE account_id = $1",
             {Blob{id.bytes()}, Blob{change.profile_sealed}});
  return {};
}

std::vector<AccountWithProfile> AccountStore::page(db::Transaction& tx, const AccountFilter& filter) const {
  std::vector<AccountWithProfile> records;
  const auto add = [&](const db::Row& row) { records.push_back(read_with_profile(row)); };
  const contract::AccountId after = filter.after.value_or(contract::AccountId());  // the nil id comes before all
  const auto limit = static_cast<std::int64_t>(filter.limit);
  if (filter.username_prefix.empty()) {
    // Both tables begin behind the cursor: PostgreSQL may merge them, and would read the other from its first row.
    tx.query(GATEHOUSE_SELECT_WITH_PROFILE "WHERE id > $1 AND account_id > $1 ORDER BY id LIMIT $2",
             {Blob{after.bytes()}, limit}, add);
  } else {
    // A range instead of LIKE: nothing of the prefix is a pattern, and the index on username serves it. In its order,
    // too: in that of ids, a prefix that few names have would mean reading every account.
    const std::string end = behind_prefix(filter.username_prefix);
    tx.query(
        GATEHOUSE_SELECT_WITH_PROFILE
        "WHERE username >= $3 AND username < $4 AND username > COALESCE((SELECT username FROM account WHERE id = $1), "
        "'') ORDER BY username LIMIT $2",
        {Blob{after.bytes()}, limit, std::string_view(filter.username_prefix), std::string_view(end)}, add);
  }
  return records;
}

std::vector<AccountName> AccountStore::names(db::Transaction& tx, std::span<const contract::AccountId> ids) const {
  std::vector<AccountName> found;
  const auto add = [&](const db::Row& row) {
    found.push_back({contract::AccountId::from_bytes(row.blob(0)).value(), row.text(1)});
  };
  while (!ids.empty()) {
    std::array<contract::AccountId, 8> some{};  // the nil id is nobody's
    const std::size_t count = std::min(ids.size(), some.size());
    std::ranges::copy(ids.first(count), some.begin());
    ids = ids.subspan(count);
    tx.query("SELECT id, username FROM account WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)",
             {Blob{some[0].bytes()}, Blob{some[1].bytes()}, Blob{some[2].bytes()}, Blob{some[3].bytes()},
              Blob{some[4].bytes()}, Blob{some[5].bytes()}, Blob{some[6].bytes()}, Blob{some[7].bytes()}},
             add);
  }
  return found;
}

#undef GATEHOUSE_SELECT_WITH_PROFILE
#undef GATEHOUSE_SELECT_ACCOUNT
#undef GATEHOUSE_ACCOUNT_COLUMNS

}  // namespace gatehouse::identity
