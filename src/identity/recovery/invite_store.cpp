#include "identity/recovery/invite_store.hpp"

#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;
using db::Value;

#define GATEHOUSE_INVITE_COLUMNS \
  "account_id, email_index, data_key_seed, profile_sealed, roles, invited_by, created_at, expires_at"

InviteRecord read_invite(const db::Row& row) {
  InviteRecord invite{.id = contract::AccountId::from_bytes(row.blob(0)).value(),
                      .email_index = row.blob(1),
                      .data_key_seed = row.blob(2),
                      .profile_sealed = row.blob(3),
                      .roles = base::split_words(row.text(4)),
                      .created_at = base::from_unix_ms(row.integer(6)),
                      .expires_at = base::from_unix_ms(row.integer(7))};
  if (!row.is_null(5)) invite.invited_by = contract::AccountId::from_bytes(row.blob(5));
  return invite;
}

}  // namespace

AccountWithProfile as_account(const InviteRecord& invite) {
  AccountWithProfile account;
  account.id = invite.id;
  account.data_key_seed = invite.data_key_seed;
  account.profile_sealed = invite.profile_sealed;
  return account;
}

base::Result<void, StoreError> InviteStore::insert(db::Transaction& tx, const InviteRecord& invite) const {
  tx.execute("DELETE FROM invite WHERE email_index = $1 AND expires_at <= $2",
             {Blob{invite.email_index}, base::to_unix_ms(invite.created_at)});
  try {
    tx.execute(
        "INSERT INTO invite (" GATEHOUSE_INVITE_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {Blob{invite.id.bytes()}, Blob{invite.email_index}, Blob{invite.data_key_seed}, Blob{invite.profile_sealed},
         base::join_words(invite.roles), invite.invited_by ? Value(Blob{invite.invited_by->bytes()}) : Value(nullptr),
         base::to_unix_ms(invite.created_at), base::to_unix_ms(invite.expires_at)});
  } catch (const db::UniqueViolation&) {
    return StoreError::taken;
  }
  return {};
}

std::optional<InviteRecord> InviteStore::find_open(db::Transaction& tx, contract::AccountId id,
                                                   base::TimePoint now) const {
  return tx.query_one("SELECT " GATEHOUSE_INVITE_COLUMNS " FROM invite WHERE account_id = $1 AND expires_at > $2",
                      {Blob{id.bytes()}, base::to_unix_ms(now)}, read_invite);
}

std::vector<InviteRecord> InviteStore::page(db::Transaction& tx, std::optional<contract::AccountId> after,
                                            std::size_t limit, base::TimePoint now) const {
  std::vector<InviteRecord> invites;
  const contract::AccountId behind = after.value_or(contract::AccountId());  // the nil id comes before all
  tx.query("SELECT " GATEHOUSE_INVITE_COLUMNS
           " FROM invite WHERE account_id > $1 AND expires_at > $2 ORDER BY account_id LIMIT $3",
           {Blob{behind.bytes()}, base::to_unix_ms(now), static_cast<std::int64_t>(limit)},
           [&](const db::Row& row) { invites.push_back(read_invite(row)); });
  return invites;
}

bool InviteStore::remove(db::Transaction& tx, contract::AccountId id) const {
  return tx.execute("DELETE FROM invite WHERE account_id = $1", {Blob{id.bytes()}}) == 1;
}

std::size_t InviteStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  if (!tx.try_lock("invite sweep")) return 0;
  const auto removed = tx.execute(
      "DELETE FROM invite WHERE account_id IN (SELECT account_id FROM invite WHERE expires_at <= $1 "
      "ORDER BY expires_at LIMIT $2)",
      {base::to_unix_ms(now), static_cast<std::int64_t>(limit)});
  return static_cast<std::size_t>(removed);
}

#undef GATEHOUSE_INVITE_COLUMNS

}  // namespace gatehouse::identity
