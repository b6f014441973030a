#include "identity/overview/overview.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kLimit = BoundedCount::kLimit;

BoundedCount bounded(std::int64_t count) { return {static_cast<std::size_t>(std::min(count, kLimit))}; }

std::int64_t number(const db::Row& row) { return row.is_null(0) ? 0 : row.integer(0); }

BoundedCount count_accounts(db::Transaction& tx) {
  const auto found =
      tx.query_one("SELECT count(*) FROM (SELECT id FROM account LIMIT $1) AS counted", {kLimit}, number);
  return bounded(found.value_or(0));
}

// Among those that expire last: what has ended lies among them until it is swept, and is not to be counted for ever.
BoundedCount count_sessions(db::Transaction& tx, base::TimePoint now) {
  const auto found = tx.query_one(
      "SELECT sum(CASE WHEN ended_at IS NULL AND idle_expires_at > $1 THEN 1 ELSE 0 END) FROM "
      "(SELECT ended_at, idle_expires_at FROM session WHERE expires_at > $1 ORDER BY expires_at DESC LIMIT $2) AS "
      "counted",
      {base::to_unix_ms(now), 2 * kLimit}, number);
  return bounded(found.value_or(0));
}

BoundedCount count_blocked(db::Transaction& tx, base::TimePoint now) {
  const auto found =
      tx.query_one("SELECT count(*) FROM (SELECT id FROM address_block WHERE until > $1 LIMIT $2) AS counted",
                   {base::to_unix_ms(now), kLimit}, number);
  return bounded(found.value_or(0));
}

// One for each stretch of `bucket`, from `first` to now, with what the rows hold.
std::vector<ActivityRow> add_up(const std::vector<ActivityRow>& rows, base::TimePoint first, std::size_t count,
                                minutes bucket) {
  std::vector<ActivityRow> buckets(count);
  for (std::size_t i = 0; i < count; ++i) buckets[i].slot = first + static_cast<int>(i) * bucket;
  for (const auto& row : rows) {
    const auto index = static_cast<std::size_t>((row.slot - first) / bucket);
    if (index < count) buckets[index].activity += row.activity;
  }
  return buckets;
}

}  // namespace

boost::asio::awaitable<OverviewView> Overview::show(OverviewSpan span) {
  const minutes bucket = span == OverviewSpan::day ? kActivitySlot : minutes(hours(1));
  const int count = span == OverviewSpan::day ? static_cast<int>(hours(24) / kActivitySlot) : 7 * 24;
  const auto now = clock_.now();
  const base::TimePoint first = now - now.time_since_epoch() % bucket - (count - 1) * bucket;
  auto look = [&](db::Transaction& tx) {
    OverviewView view;
    view.accounts = count_accounts(tx);
    view.sessions = count_sessions(tx, now);
    view.blocked_addresses = count_blocked(tx, now);
    view.bucket = bucket;
    view.buckets = add_up(store_.since(tx, first), first, static_cast<std::size_t>(count), bucket);
    return view;
  };
  co_return co_await database_.read_stale(look);
}

}  // namespace gatehouse::identity
