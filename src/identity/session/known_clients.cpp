#include "identity/session/known_clients.hpp"

#include <chrono>

#include "crypto/mac.hpp"
#include "identity/session/agent_family.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;

constexpr std::size_t kDigestBytes = 16;
constexpr auto kNoteAgainAfter = std::chrono::hours(24);  // a sign-in a minute is not a write a minute

std::string_view network_of(const base::IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes().data()), address.is_v4() ? 3U : 6U};
}

}  // namespace

std::string KnownClients::digest(contract::AccountId account, const base::IpAddress& address,
                                 std::string_view user_agent) const {
  std::string message(account.bytes());
  message += address.is_v4() ? '4' : '6';
  message += network_of(address);
  message += agent_family(user_agent);
  return crypto::hmac_sha256(key_, message).substr(0, kDigestBytes);
}

KnownClients::Met KnownClients::meet(db::Transaction& tx, contract::AccountId account, const base::IpAddress& address,
                                     std::string_view user_agent, base::TimePoint now) const {
  const std::string id = digest(account, address, user_agent);
  const auto seen = tx.query_one("SELECT last_seen_at FROM known_client WHERE digest = $1", {Blob{id}},
                                 [](const db::Row& row) { return base::from_unix_ms(row.integer(0)); });
  if (seen) {
    if (now - *seen > kNoteAgainAfter) {
      tx.execute("UPDATE known_client SET last_seen_at = $2 WHERE digest = $1", {Blob{id}, base::to_unix_ms(now)});
    }
    return Met::before;
  }
  const auto others = tx.query_one("SELECT count(*) FROM known_client WHERE account_id = $1", {Blob{account.bytes()}},
                                   [](const db::Row& row) { return row.integer(0); });
  if (others.value() >= static_cast<std::int64_t>(kMaxKnownClients)) {
    tx.execute(
        "DELETE FROM known_client WHERE digest IN (SELECT digest FROM known_client WHERE account_id = $1 "
        "ORDER BY last_seen_at LIMIT 1)",
        {Blob{account.bytes()}});
  }
  const auto inserted = tx.execute(
      "INSERT INTO known_client (digest, account_id, last_seen_at) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
      {Blob{id}, Blob{account.bytes()}, base::to_unix_ms(now)});
  if (inserted == 0) return Met::before;  // by a sign-in at the same moment
  return others.value() == 0 ? Met::first_ever : Met::anew;
}

std::size_t KnownClients::sweep(db::Transaction& tx, base::TimePoint before, std::size_t limit) const {
  if (!tx.try_lock("known client sweep")) return 0;
  const auto removed = tx.execute(
      "DELETE FROM known_client WHERE digest IN (SELECT digest FROM known_client WHERE last_seen_at <= $1 "
      "ORDER BY last_seen_at LIMIT $2)",
      {base::to_unix_ms(before), static_cast<std::int64_t>(limit)});
  return static_cast<std::size_t>(removed);
}

}  // namespace gatehouse::identity
