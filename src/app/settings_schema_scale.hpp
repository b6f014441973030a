#pragma once

#include "app/settings.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::app {

// The tables that matter once an installation has several processes: database, cluster, cache, trace.
void add_scale(config::Schema& schema, Settings& settings);

}  // namespace gatehouse::app
