#include "app/keep_time.hpp"

#include "platform/base/unavailable.hpp"

namespace gatehouse::app {

void hear_time(base::ReferenceClock& clock, telemetry::Logger& log, base::TimePoint shown, base::SteadyPoint earliest,
               base::SteadyPoint latest) {
  if (!clock.hear(shown, earliest, latest)) return;
  log.warn("clock_put_right", {{"machine_ahead_ms", clock.machine_ahead().count()}});
}

void keep_time(db::Database& database, base::ReferenceClock& clock, telemetry::Logger& log) {
  const auto asked = clock.steady_now();
  if (database.dialect() == db::Database::Dialect::sqlite) {
    return hear_time(clock, log, base::SystemClock().now(), asked, clock.steady_now());
  }
  try {
    const auto shown = database.read_blocking([](db::Transaction& tx) {
      return tx.query_one("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)", {},
                          [](const db::Row& row) { return base::from_unix_ms(row.integer(0)); });
    });
    if (shown) hear_time(clock, log, *shown, asked, clock.steady_now());
  } catch (const base::Unavailable&) {
    // Nobody to ask: nothing is known better than what goes by itself.
  }
}

}  // namespace gatehouse::app
