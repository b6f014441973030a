#include "identity/token/revocation_store.hpp"

#include <string>
#include <utility>

namespace gatehouse::identity {

using contract::Revocation;

namespace {

Revocation read_row(const db::Row& row) {
  return {.seq = row.integer(0),
          .kind = static_cast<Revocation::Kind>(row.integer(1)),
          .key = row.blob(2),
          .min_epoch = row.integer(3),
          .until = base::from_unix_ms(row.integer(4))};
}

}  // namespace

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
      {seq, base::to_unix_ms(now), static_cast<std::int64_t>(limit)},
      [&](const db::Row& row) { rows.push_back(read_row(row)); });
  return rows;
}

RevocationStore::Followed RevocationStore::follow(db::Transaction& tx, const FollowerState& state, base::TimePoint now,
                                                  std::size_t limit) const {
  Followed followed{.next = state};
  followed.next.forget(now - token_lifetime_ - kSkewMargin);
  read_gaps(tx, followed, now);
  auto newer = live_since(tx, followed.next.head(), now, limit);
  followed.complete = newer.size() < limit;
  for (auto& row : newer) {
    followed.next.saw(row.seq, now);
    followed.rows.push_back(std::move(row));
  }
  return followed;
}

// A few at a time, in one text that both databases know; unused places ask for nothing. `+ 0` keeps the index on
// `until` out of it, by which nearly every row would be read.
void RevocationStore::read_gaps(db::Transaction& tx, Followed& followed, base::TimePoint now) const {
  using Gap = FollowerState::Gap;
  const std::vector<Gap> gaps = followed.next.gaps();  // the rows found change the original
  const auto at = [&](std::size_t i) { return i < gaps.size() ? gaps[i] : Gap{.first = 0, .last = -1, .noticed = {}}; };
  for (std::size_t i = 0; i < gaps.size(); i += 4) {
    const Gap a = at(i), b = at(i + 1), c = at(i + 2), d = at(i + 3);
    tx.query(
        "SELECT seq, kind, key, min_epoch, until FROM revocation WHERE until + 0 > $1 AND (seq BETWEEN $2 AND $3 "
        "OR seq BETWEEN $4 AND $5 OR seq BETWEEN $6 AND $7 OR seq BETWEEN $8 AND $9) ORDER BY seq",
        {base::to_unix_ms(now), a.first, a.last, b.first, b.last, c.first, c.last, d.first, d.last},
        [&](const db::Row& row) {
          followed.next.saw(row.integer(0), now);
          followed.rows.push_back(read_row(row));
        });
  }
}

std::size_t RevocationStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  if (!tx.try_lock("revocation sweep")) return 0;
  return static_cast<std::size_t>(tx.execute(
      "DELETE FROM revocation WHERE seq IN (SELECT seq FROM revocation WHERE until <= $1 ORDER BY until LIMIT $2)",
      {base::to_unix_ms(now), static_cast<std::int64_t>(limit)}));
}

}  // namespace gatehouse::identity
