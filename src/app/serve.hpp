#pragma once

#include "app/settings.hpp"

namespace gatehouse::app {

// `gatehouse serve`: starts in order, serves until SIGTERM or SIGINT, stops in order (DESIGN section 3). SIGHUP reads
// the certificate again. Returns the exit status: 0 after an orderly stop, 1 when it could not start (the reason is
// logged).
[[nodiscard]] int serve(const Settings& settings);

}  // namespace gatehouse::app
