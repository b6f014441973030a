#pragma once

#include "app/settings.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::app {

// What leaves the installation: the tables mail and webhook.
void add_outbound(config::Schema& schema, Settings& settings);

}  // namespace gatehouse::app
