#pragma once

#include "app/settings.hpp"
#include "platform/config/loader.hpp"

namespace gatehouse::app {

// What no single setting can tell: combinations that would be unsafe or can't work. Adds to outcome.problems, each
// with where the value that decides it came from. Settings that already have a problem are not judged again.
void check_combinations(const Settings& settings, config::Outcome& outcome);

}  // namespace gatehouse::app
