#pragma once

#include "app/settings.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::app {

// [privacy].
void add_privacy(config::Schema& schema, PrivacySettings& settings);

}  // namespace gatehouse::app
