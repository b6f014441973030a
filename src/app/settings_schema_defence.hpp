#pragma once

#include "app/settings.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::app {

// The tables `defence`, what stands before a sign-in's throttle, and `alert`.
void add_defence(config::Schema& schema, Settings& settings);

}  // namespace gatehouse::app
