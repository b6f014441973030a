#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "platform/http/route.hpp"
#include "web/document.hpp"

namespace gatehouse::app {

// What the pages are told; `routes` are those that they ask, `letter_languages` what there are templates in. Reads the
// logo; throws std::runtime_error with a text for the operator where that fails.
[[nodiscard]] web::PageOptions page_options(const Settings& settings, const std::vector<http::Route>& routes,
                                            const std::set<std::string>& letter_languages);

}  // namespace gatehouse::app
