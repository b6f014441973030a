#pragma once

#include "app/settings.hpp"
#include "platform/config/schema.hpp"

namespace gatehouse::app {

// [pages]: how the pages for people look, and where they may send a browser.
void add_pages(config::Schema& schema, PagesSettings& settings);

}  // namespace gatehouse::app
