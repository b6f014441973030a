#include "identity/token/key_store.hpp"

#include "platform/db/transaction.hpp"

namespace gatehouse::identity {
namespace {

KeyState parse_state(std::string_view text) {
  if (text == "next") return KeyState::next;
  if (text == "current") return KeyState::current;
  if (text == "previous") return KeyState::previous;
  return KeyState::revoked;  // the one that grants nothing
}

std::optional<base::TimePoint> optional_time(const db::Row& row, int column) {
  const auto ms = row.optional_integer(column);
  return ms ? std::optional(base::from_unix_ms(*ms)) : std::nullopt;
}

db::Value time_or_null(const std::optional<base::TimePoint>& time) {
  return time ? db::Value(base::to_unix_ms(*time)) : db::Value(nullptr);
}

}  // namespace

const char* to_string(KeyState state) {
  switch (state) {
    case KeyState::next: return "next";
    case KeyState::current: return "current";
    case KeyState::previous: return "previous";
    case KeyState::revoked: return "revoked";
  }
  return "revoked";
}

std::vector<KeyRecord> KeyStore::list(db::Transaction& tx) const {
  std::vector<KeyRecord> keys;
  tx.query(
      "SELECT kid, algorithm, state, public_jwk, private_sealed, created_at, activated_at, verify_until "
      "FROM signing_key ORDER BY created_at, kid",
      {}, [&](const db::Row& row) {
        keys.push_back({.kid = row.text(0),
                        .algorithm = row.text(1),
                        .state = parse_state(row.text(2)),
                        .public_jwk = row.text(3),
                        .private_sealed = row.blob(4),
                        .created_at = base::from_unix_ms(row.integer(5)),
                        .activated_at = optional_time(row, 6),
                        .verify_until = optional_time(row, 7)});
      });
  return keys;
}

void KeyStore::insert(db::Transaction& tx, const KeyRecord& key) const {
  tx.execute(
      "INSERT INTO signing_key (kid, algorithm, state, public_jwk, private_sealed, created_at, activated_at, "
      "verify_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      {key.kid, key.algorithm, to_string(key.state), key.public_jwk, db::Blob{key.private_sealed},
       base::to_unix_ms(key.created_at), time_or_null(key.activated_at), time_or_null(key.verify_until)});
}

bool KeyStore::activate(db::Transaction& tx, std::string_view kid, base::TimePoint now) const {
  return tx.execute("UPDATE signing_key SET state = 'current', activated_at = $2 WHERE kid = $1 AND state = 'next'",
                    {kid, base::to_unix_ms(now)}) == 1;
}

bool KeyStore::retire(db::Transaction& tx, std::string_view kid, base::TimePoint verify_until) const {
  return tx.execute("UPDATE signing_key SET state = 'previous', verify_until = $2 WHERE kid = $1 AND state = 'current'",
                    {kid, base::to_unix_ms(verify_until)}) == 1;
}

bool KeyStore::revoke(db::Transaction& tx, std::string_view kid, base::TimePoint keep_until) const {
  return tx.execute("UPDATE signing_key SET state = 'revoked', verify_until = $2 WHERE kid = $1 AND state <> 'revoked'",
                    {kid, base::to_unix_ms(keep_until)}) == 1;
}

void KeyStore::discard_next(db::Transaction& tx, std::string_view kid) const {
  tx.execute("DELETE FROM signing_key WHERE kid = $1 AND state = 'next'", {kid});
}

std::size_t KeyStore::prune(db::Transaction& tx, base::TimePoint now) const {
  return static_cast<std::size_t>(
      tx.execute("DELETE FROM signing_key WHERE state IN ('previous', 'revoked') AND verify_until <= $1",
                 {base::to_unix_ms(now)}));
}

}  // namespace gatehouse::identity
