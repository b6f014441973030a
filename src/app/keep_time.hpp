#pragma once

#include "platform/base/reference_clock.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// Puts the process's clock right by that of the database's server, which all identity nodes share and gates hear of;
// where the database is a file, by the machine's. Blocks for a read. While the server is away the clock goes on by
// itself. To be called at the start and once a second.
void keep_time(db::Database& database, base::ReferenceClock& clock, telemetry::Logger& log);

// What a reference showed at a moment between the two; says so in the log when the clock was wrong by more than is
// usual.
void hear_time(base::ReferenceClock& clock, telemetry::Logger& log, base::TimePoint shown, base::SteadyPoint earliest,
               base::SteadyPoint latest);

}  // namespace gatehouse::app
