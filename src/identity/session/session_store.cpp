#include "identity/session/session_store.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

using contract::Revocation;
using db::Blob;

contract::AccountId account_id(const db::Row& row, int column) {
  return contract::AccountId::from_bytes(row.blob(column)).value();
}
contract::SessionId session_id(const db::Row& row, int column) {
  return contract::SessionId::from_bytes(row.blob(column)).value();
}
base::TimePoint time(const db::Row& row, int column) { return base::from_unix_ms(row.integer(column)); }

SessionRecord read_session(const db::Row& row) {
  SessionRecord session;
  session.id = session_id(row, 0);
  session.account = account_id(row, 1);
  session.created_at = time(row, 2);
  session.last_used_at = time(row, 3);
  session.client_sealed = row.blob(4);
  session.amr = base::split_words(row.text(5));
  session.auth_time = time(row, 6);
  session.idle_expires_at = time(row, 7);
  session.expires_at = time(row, 8);
  if (!row.is_null(9)) session.ended_at = time(row, 9);
  return session;
}

}  // namespace

std::vector<std::string> join_methods(std::vector<std::string> amr, const std::vector<std::string>& further) {
  for (const auto& method : further) {
    if (std::ranges::find(amr, method) == amr.end()) amr.push_back(method);
  }
  return amr;
}

std::optional<AccountStanding> SessionStore::standing(db::Transaction& tx, contract::AccountId account) const {
  return tx.query_one("SELECT state, epoch, roles, data_key_seed, email_index FROM account WHERE id = $1",
                      {Blob{account.bytes()}}, [](const db::Row& row) {
                        return AccountStanding{.active = row.text(0) == "a",
                                               .email_verified = !row.is_null(4),
                                               .epoch = row.integer(1),
                                               .roles = base::split_words(row.text(2)),
                                               .data_key_seed = row.is_null(3) ? std::string() : row.blob(3)};
                      });
}

std::vector<Revocation> SessionStore::insert_capped(db::Transaction& tx, const NewSession& session,
                                                    base::TimePoint now) const {
  std::vector<contract::SessionId> live;
  tx.query(
      "SELECT id FROM session WHERE account_id = $1 AND ended_at IS NULL AND idle_expires_at > $2 "
      "ORDER BY created_at, id",
      {Blob{session.account.bytes()}, base::to_unix_ms(now)},
      [&](const db::Row& row) { live.push_back(session_id(row, 0)); });
  std::vector<Revocation> revoked;
  for (std::size_t i = 0; i + options_.max_per_account <= live.size(); ++i) {
    if (auto row = end(tx, live[i], EndReason::session_limit, now)) revoked.push_back(std::move(*row));
  }

  insert(tx, session, now, now + options_.absolute, now);
  return revoked;
}

void SessionStore::insert(db::Transaction& tx, const NewSession& session, base::TimePoint created_at,
                          base::TimePoint expires_at, base::TimePoint now) const {
  tx.execute(
      "INSERT INTO session (id, account_id, created_at, last_used_at, counter, rotated_at, client_sealed, amr, "
      "auth_time, idle_expires_at, expires_at) VALUES ($1, $2, $3, $4, 0, $4, $5, $6, $4, $7, $8)",
      {Blob{session.id.bytes()}, Blob{session.account.bytes()}, base::to_unix_ms(created_at), base::to_unix_ms(now),
       Blob{session.client_sealed}, base::join_words(session.amr),
       base::to_unix_ms(options_.idle_until(now, expires_at)), base::to_unix_ms(expires_at)});
}

Rotation SessionStore::rotate_refresh_counter(db::Transaction& tx, const RefreshToken& presented,
                                              base::TimePoint now) const {
  // The only statement that moves a counter. Its condition is what makes it safe: of two that present the same counter,
  // one finds it gone.
  const auto rotated = tx.query_one(
      "UPDATE session SET counter = counter + 1, rotated_at = $3, last_used_at = $3, "
      "idle_expires_at = CASE WHEN $4 < expires_at THEN $4 ELSE expires_at END "
      "WHERE id = $1 AND counter = $2 AND ended_at IS NULL AND idle_expires_at > $3 AND expires_at > $3 "
      "RETURNING account_id, amr, auth_time, idle_expires_at",
      {Blob{presented.session.bytes()}, static_cast<std::int64_t>(presented.counter), base::to_unix_ms(now),
       base::to_unix_ms(now + options_.idle)},
      [&](const db::Row& row) {
        return AccessGrant{.account = account_id(row, 0),
                           .session = presented.session,
                           .roles = {},
                           .amr = base::split_words(row.text(1)),
                           .auth_time = time(row, 2),
                           .issued_at = now,
                           .session_expires = time(row, 3)};
      });
  if (!rotated) return refuse_or_repeat(tx, presented, now);
  return succeed(tx, {presented.session, presented.counter + 1}, *rotated, false);
}

Rotation SessionStore::refuse_or_repeat(db::Transaction& tx, const RefreshToken& presented, base::TimePoint now) const {
  struct Found {
    AccessGrant grant;
    std::uint64_t counter;
    base::TimePoint rotated_at;
    std::optional<std::string> end_reason;
  };
  const auto found = tx.query_one(
      "SELECT account_id, amr, auth_time, "
      "CASE WHEN idle_expires_at < expires_at THEN idle_expires_at ELSE expires_at END, "
      "counter, rotated_at, end_reason FROM session WHERE id = $1",
      {Blob{presented.session.bytes()}}, [&](const db::Row& row) {
        return Found{.grant = {.account = account_id(row, 0),
                               .session = presented.session,
                               .roles = {},
                               .amr = base::split_words(row.text(1)),
                               .auth_time = time(row, 2),
                               .issued_at = now,
                               .session_expires = time(row, 3)},
                     .counter = static_cast<std::uint64_t>(row.integer(4)),
                     .rotated_at = time(row, 5),
                     .end_reason = row.is_null(6) ? std::nullopt : std::optional(row.text(6))};
      });
  if (!found) return {.refused = RotationRefusal::unknown};
  if (found->end_reason) {
    const bool replaced = *found->end_reason == to_string(EndReason::replaced);
    return {.refused = replaced ? RotationRefusal::replaced : RotationRefusal::ended};
  }
  if (found->grant.session_expires <= now) return {.refused = RotationRefusal::expired};
  const bool predecessor = found->counter == presented.counter + 1;
  if (predecessor && now - found->rotated_at <= options_.grace) {
    return succeed(tx, {presented.session, found->counter}, found->grant, true);
  }
  return end_instead(tx, presented.session, RotationRefusal::reuse, EndReason::refresh_reuse, now);
}

Rotation SessionStore::end_instead(db::Transaction& tx, contract::SessionId id, RotationRefusal refusal,
                                   EndReason reason, base::TimePoint now) const {
  Rotation rotation{.refused = refusal};
  if (auto row = end(tx, id, reason, now)) rotation.revoked.push_back(std::move(*row));
  return rotation;
}

Rotation SessionStore::succeed(db::Transaction& tx, RefreshToken successor, AccessGrant grant, bool repeated) const {
  auto account = standing(tx, grant.account);
  // Disabling an account ends its sessions in the same transaction; one that lives all the same ends here.
  if (!account || !account->active) {
    return end_instead(tx, successor.session, RotationRefusal::account_disabled, EndReason::account_disabled,
                       grant.issued_at);
  }
  grant.email_verified = account->email_verified;
  grant.epoch = account->epoch;
  grant.roles = std::move(account->roles);
  return {.repeated = repeated, .successor = successor, .grant = std::move(grant)};
}

std::optional<SessionRecord> SessionStore::find(db::Transaction& tx, contract::SessionId id) const {
  return tx.query_one(
      "SELECT id, account_id, created_at, last_used_at, client_sealed, amr, auth_time, idle_expires_at, expires_at, "
      "ended_at FROM session WHERE id = $1",
      {Blob{id.bytes()}}, read_session);
}

std::vector<SessionRecord> SessionStore::list_live_of_account(db::Transaction& tx, contract::AccountId account,
                                                              base::TimePoint now) const {
  std::vector<SessionRecord> sessions;
  tx.query(
      "SELECT id, account_id, created_at, last_used_at, client_sealed, amr, auth_time, idle_expires_at, expires_at, "
      "ended_at FROM session WHERE account_id = $1 AND ended_at IS NULL AND idle_expires_at > $2 "
      "ORDER BY created_at DESC, id",
      {Blob{account.bytes()}, base::to_unix_ms(now)},
      [&](const db::Row& row) { sessions.push_back(read_session(row)); });
  return sessions;
}

std::optional<Revocation> SessionStore::replace(db::Transaction& tx, const SessionRecord& old, const NewSession& next,
                                                base::TimePoint now) const {
  auto revoked = end(tx, old.id, EndReason::replaced, now);
  if (revoked) insert(tx, next, old.created_at, old.expires_at, now);
  return revoked;
}

void SessionStore::add_methods(db::Transaction& tx, contract::SessionId id, const std::vector<std::string>& methods,
                               base::TimePoint now) const {
  const auto session = find(tx, id);
  if (!session || !session->live(now)) return;
  tx.execute("UPDATE session SET amr = $2, auth_time = $3 WHERE id = $1",
             {Blob{id.bytes()}, base::join_words(join_methods(session->amr, methods)), base::to_unix_ms(now)});
}

std::optional<Revocation> SessionStore::end(db::Transaction& tx, contract::SessionId id, EndReason reason,
                                            base::TimePoint now) const {
  const auto account = tx.query_one(
      "UPDATE session SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL AND idle_expires_at > $2 "
      "RETURNING account_id",
      {Blob{id.bytes()}, base::to_unix_ms(now), to_string(reason)},
      [](const db::Row& row) { return account_id(row, 0); });
  if (!account) return std::nullopt;
  // Reuse is what an administrator looks for: it has a type of its own.
  const bool reuse = reason == EndReason::refresh_reuse;
  audit::record(tx,
                {.type = reuse ? audit::type::kRefreshReuse : audit::type::kSessionEnded,
                 .subject = account->uuid(),
                 .fields = {{"session", id.to_string()}, {"reason", std::string(to_string(reason))}}},
                now);
  return revocations_.revoke_session(tx, id, now);
}

std::vector<Revocation> SessionStore::end_all_of_account(db::Transaction& tx, contract::AccountId account,
                                                         std::optional<contract::SessionId> except, EndReason reason,
                                                         base::TimePoint now) const {
  std::vector<Revocation> revoked;
  for (const auto& session : list_live_of_account(tx, account, now)) {
    if (session.id == except) continue;
    if (auto row = end(tx, session.id, reason, now)) revoked.push_back(std::move(*row));
  }
  return revoked;
}

std::size_t SessionStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  if (!tx.try_lock("session sweep")) return 0;
  const auto most = static_cast<std::int64_t>(limit);
  auto removed = tx.execute(
      "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
      {base::to_unix_ms(now), most});
  removed += tx.execute(
      "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE ended_at <= $1 ORDER BY ended_at LIMIT $2)",
      {base::to_unix_ms(now - options_.keep_ended), most - removed});
  return static_cast<std::size_t>(removed);
}

}  // namespace gatehouse::identity
