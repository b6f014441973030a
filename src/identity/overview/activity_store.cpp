#include "identity/overview/activity_store.hpp"

#include <utility>

namespace gatehouse::identity {
namespace {

std::int64_t column(std::uint64_t count) { return static_cast<std::int64_t>(count); }

ActivityRow read(const db::Row& row) {
  ActivityRow found{.slot = base::from_unix_ms(row.integer(0)), .activity = {}};
  found.activity.signed_in = static_cast<std::uint64_t>(row.integer(1));
  found.activity.failed = static_cast<std::uint64_t>(row.integer(2));
  found.activity.blocked = static_cast<std::uint64_t>(row.integer(3));
  read_latency_column(row.text(4), found.activity);
  return found;
}

}  // namespace

void ActivityStore::put(db::Transaction& tx, base::Uuid id, const ActivityRow& row) const {
  const std::string latency = latency_column(row.activity);
  tx.execute(
      "INSERT INTO activity (id, slot_at, signed_in, failed, blocked, latency) VALUES ($1, $2, $3, $4, $5, $6) "
      "ON CONFLICT (id) DO UPDATE SET signed_in = excluded.signed_in, failed = excluded.failed, "
      "blocked = excluded.blocked, latency = excluded.latency",
      {db::Blob{id.bytes()}, base::to_unix_ms(row.slot), column(row.activity.signed_in), column(row.activity.failed),
       column(row.activity.blocked), latency});
}

std::vector<ActivityRow> ActivityStore::since(db::Transaction& tx, base::TimePoint from) const {
  std::vector<ActivityRow> rows;
  tx.query("SELECT slot_at, signed_in, failed, blocked, latency FROM activity WHERE slot_at >= $1 ORDER BY slot_at",
           {base::to_unix_ms(from)}, [&](const db::Row& row) { rows.push_back(read(row)); });
  return rows;
}

std::size_t ActivityStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  if (!tx.try_lock("activity sweep")) return 0;
  const auto removed = tx.execute(
      "DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE slot_at < $1 ORDER BY slot_at LIMIT $2)",
      {base::to_unix_ms(now - kKept), static_cast<std::int64_t>(limit)});
  return static_cast<std::size_t>(removed);
}

}  // namespace gatehouse::identity
