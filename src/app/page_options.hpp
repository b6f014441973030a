#pragma once

#include "app/settings.hpp"
#include "web/document.hpp"

namespace gatehouse::app {

// What the pages are told. Reads the logo; throws std::runtime_error with a text for the operator where that fails.
[[nodiscard]] web::PageOptions page_options(const Settings& settings);

}  // namespace gatehouse::app
