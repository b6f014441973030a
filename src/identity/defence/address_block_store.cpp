#include "identity/defence/address_block_store.hpp"

#include "crypto/mac.hpp"

namespace gatehouse::identity {

std::string AddressBlockStore::id_of(const base::IpAddress& counted) const {
  const std::string text = counted.to_string();
  return crypto::hmac_sha256(index_, text).substr(0, 16);
}

std::optional<base::TimePoint> AddressBlockStore::find(db::Transaction& tx, const base::IpAddress& address,
                                                       base::TimePoint now) const {
  const auto id = id_of(address.limit_key());
  const auto until = tx.query_one("SELECT until FROM address_block WHERE id = $1", {db::Blob{id}},
                                  [](const db::Row& row) { return base::from_unix_ms(row.integer(0)); });
  return until && *until > now ? until : std::nullopt;
}

bool AddressBlockStore::block(db::Transaction& tx, const base::IpAddress& address, base::TimePoint now,
                              base::TimePoint until) const {
  const auto counted = address.limit_key();
  const auto id = id_of(counted);
  const auto sealed = seal_.seal(counted.to_string(), id, random_);
  return tx.execute(
             "INSERT INTO address_block (id, address_sealed, blocked_at, until) VALUES ($1, $2, $3, $4) "
             "ON CONFLICT (id) DO UPDATE SET blocked_at = excluded.blocked_at, until = excluded.until "
             "WHERE address_block.until <= excluded.blocked_at",
             {db::Blob{id}, db::Blob{sealed}, base::to_unix_ms(now), base::to_unix_ms(until)}) == 1;
}

bool AddressBlockStore::unblock(db::Transaction& tx, const base::IpAddress& address, base::TimePoint now) const {
  const auto id = id_of(address.limit_key());
  return tx.execute("DELETE FROM address_block WHERE id = $1 AND until > $2", {db::Blob{id}, base::to_unix_ms(now)}) ==
         1;
}

std::vector<AddressBlock> AddressBlockStore::newest(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  std::vector<AddressBlock> blocks;
  tx.query(
      "SELECT id, address_sealed, blocked_at, until FROM address_block WHERE until > $1 "
      "ORDER BY blocked_at DESC, id LIMIT $2",
      {base::to_unix_ms(now), static_cast<std::int64_t>(limit)}, [&](const db::Row& row) {
        const auto text = seal_.open(row.blob(1), row.blob(0));
        const auto address = text ? base::IpAddress::parse(text->expose()) : std::nullopt;
        if (!address) return;
        blocks.push_back({*address, base::from_unix_ms(row.integer(2)), base::from_unix_ms(row.integer(3))});
      });
  return blocks;
}

std::size_t AddressBlockStore::count(db::Transaction& tx, base::TimePoint now) const {
  const auto count = tx.query_one("SELECT COUNT(*) FROM address_block WHERE until > $1", {base::to_unix_ms(now)},
                                  [](const db::Row& row) { return row.integer(0); });
  return static_cast<std::size_t>(count.value_or(0));
}

std::size_t AddressBlockStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  const auto swept =
      tx.execute("DELETE FROM address_block WHERE id IN (SELECT id FROM address_block WHERE until <= $1 LIMIT $2)",
                 {base::to_unix_ms(now), static_cast<std::int64_t>(limit)});
  return static_cast<std::size_t>(swept);
}

}  // namespace gatehouse::identity
