#pragma once

#include "app/settings.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::app {

// What concerns people and how they show who they are: [webauthn], [admin].
void add_people(config::Schema& schema, Settings& settings);

}  // namespace gatehouse::app
