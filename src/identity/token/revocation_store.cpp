#include "identity/token/revocation_store.hpp"

#include <string>
#include <utility>

namespace gatehouse::identity {

using contract::Revocation;

Revocation RevocationStore::append(db::Transaction& tx, Revocation row, base::TimePoint now) const {
  row.until = now + token_lifetime_ + kSkewMargin;
  row.seq =
      tx.query_one("INSERT INTO revocation (kind, key, min_epoch, until) VALUES ($1, $2, $3, $4) RETURNING seq",
                   {static_cast<std::int64_t>(row.kind), db::Blob{row.key}, row.min_epoch, base::to_unix_ms(row.until)},
                   [](const db::Row& result) { return result.integer(0); })
          .value();
  return row;
}

Revocation RevocationStore::revoke_session(db::Transaction& tx, contract::SessionId session,
                                           base::TimePoint now) const {
  return append(tx, {.kind = Revocation::Kind::session, .key = std::string(session.bytes()), .until = {}}, now);
}

Revocation RevocationStore::revoke_tokens_before(db::Transaction& tx, contract::AccountId account,
                                                 std::int64_t min_epoch, base::TimePoint now) const {
  return append(
      tx, {.kind = Revocation::Kind::account, .key = std::string(account.bytes()), .min_epoch = min_epoch, .until = {}},
      now);
}

Revocation RevocationStore::revoke_token(db::Transaction& tx, std::string_view jti, base::TimePoint now) const {
  return append(tx, {.kind = Revocation::Kind::token, .key = std::string(jti), .until = {}}, now);
}

Revocation RevocationStore::revoke_key(db::Transaction& tx, std::string_view kid, base::TimePoint now) const {
  return append(tx, {.kind = Revocation::Kind::key, .key = std::string(kid), .until = {}}, now);
}

std::vector<Revocation> RevocationStore::live_since(db::Transaction& tx, std::int64_t seq, base::TimePoint now,
                                                    std::size_t limit) const {
  std::vector<Revocation> rows;
  tx.query(
      "SELECT seq, kind, key, min_epoch, until FROM revocation WHERE seq > $1 AND until > $2 ORDER BY seq LIMIT $3",
      {seq, base::to_unix_ms(now), static_cast<std::int64_t>(limit)}, [&](const db::Row& row) {
        rows.push_back({.seq = row.integer(0),
                        .kind = static_cast<Revocation::Kind>(row.integer(1)),
                        .key = row.blob(2),
                        .min_epoch = row.integer(3),
                        .until = base::from_unix_ms(row.integer(4))});
      });
  return rows;
}

std::int64_t RevocationStore::last_seq(db::Transaction& tx) const {
  return tx
      .query_one("SELECT COALESCE(MAX(seq), 0) FROM revocation", {}, [](const db::Row& row) { return row.integer(0); })
      .value_or(0);
}

std::size_t RevocationStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  return static_cast<std::size_t>(tx.execute(
      "DELETE FROM revocation WHERE seq IN (SELECT seq FROM revocation WHERE until <= $1 ORDER BY until LIMIT $2)",
      {base::to_unix_ms(now), static_cast<std::int64_t>(limit)}));
}

}  // namespace gatehouse::identity
