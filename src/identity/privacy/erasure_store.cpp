#include "identity/privacy/erasure_store.hpp"

#include <cstdint>
#include <string>

#include "identity/proof/mail_proof_store.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

using contract::AccountId;
using db::Blob;

}  // namespace

PendingDeletion ErasureStore::request(db::Transaction& tx, AccountId account, base::TimePoint now,
                                      base::TimePoint erase_at) const {
  const auto inserted = tx.execute(
      "INSERT INTO account_deletion (account_id, requested_at, erase_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      {Blob{account.bytes()}, base::to_unix_ms(now), base::to_unix_ms(erase_at)});
  if (inserted == 1) {
    parts_.events.record(tx, {.type = audit::type::kDeletionRequested,
                              .actor = account.uuid(),
                              .subject = account.uuid(),
                              .fields = {{"deletion_at", telemetry::to_rfc3339(erase_at)}}});
  }
  return pending(tx, account).value();
}

std::optional<PendingDeletion> ErasureStore::pending(db::Transaction& tx, AccountId account) const {
  return tx.query_one("SELECT requested_at, erase_at FROM account_deletion WHERE account_id = $1",
                      {Blob{account.bytes()}}, [](const db::Row& row) {
                        return PendingDeletion{base::from_unix_ms(row.integer(0)), base::from_unix_ms(row.integer(1))};
                      });
}

bool ErasureStore::cancel(db::Transaction& tx, AccountId account) const {
  if (tx.execute("DELETE FROM account_deletion WHERE account_id = $1", {Blob{account.bytes()}}) == 0) return false;
  parts_.events.record(tx,
                       {.type = audit::type::kDeletionCancelled, .actor = account.uuid(), .subject = account.uuid()});
  return true;
}

std::vector<AccountId> ErasureStore::due(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  std::vector<AccountId> accounts;
  if (!tx.try_lock("erasure sweep")) return accounts;
  tx.query("SELECT account_id FROM account_deletion WHERE erase_at <= $1 ORDER BY erase_at LIMIT $2",
           {base::to_unix_ms(now), static_cast<std::int64_t>(limit)},
           [&](const db::Row& row) { accounts.push_back(AccountId::from_bytes(row.blob(0)).value()); });
  return accounts;
}

std::optional<std::vector<contract::Revocation>> ErasureStore::erase(db::Transaction& tx, AccountId account,
                                                                     const Eraser& eraser, base::TimePoint now) const {
  const auto record = parts_.accounts.find(tx, account);
  const auto epoch = parts_.accounts.set_state(tx, account, AccountState::disabled, now);
  if (!epoch) return std::nullopt;
  auto revoked = parts_.sessions.end_all_of_account(tx, account, std::nullopt, EndReason::account_erased, now);
  revoked.push_back(parts_.revocations.revoke_tokens_before(tx, account, *epoch, now));
  // Those it sent, too: they hold its id, and give what it no longer has.
  tx.execute("DELETE FROM invite WHERE invited_by = $1", {Blob{account.bytes()}});
  MailProofStore().forget_code_attempts(tx, account.bytes());
  if (record && !record->email_index.empty()) {
    tx.execute("DELETE FROM invite WHERE email_index = $1", {Blob{record->email_index}});
    MailProofStore().forget_code_attempts(tx, record->email_index);
  }
  tx.execute("DELETE FROM account WHERE id = $1", {Blob{account.bytes()}});
  tx.execute("INSERT INTO erased_account (id, erased_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
             {Blob{account.bytes()}, base::to_unix_ms(now)});
  audit::Event event{
      .type = audit::type::kAccountErased, .subject = account.uuid(), .fields = {{"by", std::string(eraser.by)}}};
  if (eraser.account) event.actor = eraser.account->uuid();
  parts_.events.record(tx, event);
  return revoked;
}

std::vector<ErasedAccount> ErasureStore::erased(db::Transaction& tx, std::optional<AccountId> after,
                                                std::size_t limit) const {
  std::vector<ErasedAccount> accounts;
  tx.query("SELECT id, erased_at FROM erased_account WHERE id > $1 ORDER BY id LIMIT $2",
           {Blob{after.value_or(AccountId()).bytes()}, static_cast<std::int64_t>(limit)}, [&](const db::Row& row) {
             accounts.push_back({AccountId::from_bytes(row.blob(0)).value(), base::from_unix_ms(row.integer(1))});
           });
  return accounts;
}

ErasureStore::Mark ErasureStore::mark(db::Transaction& tx) const {
  return tx
      .query_one("SELECT count(*), COALESCE(max(erased_at), 0) FROM erased_account", {},
                 [](const db::Row& row) { return Mark{.count = row.integer(0), .last_ms = row.integer(1)}; })
      .value();
}

std::size_t ErasureStore::sweep(db::Transaction& tx, base::TimePoint then, std::size_t limit) const {
  if (!tx.try_lock("erased accounts sweep")) return 0;
  return static_cast<std::size_t>(tx.execute(
      "DELETE FROM erased_account WHERE id IN (SELECT id FROM erased_account WHERE erased_at <= $1 LIMIT $2)",
      {base::to_unix_ms(then), static_cast<std::int64_t>(limit)}));
}

}  // namespace gatehouse::identity
