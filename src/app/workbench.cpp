#include "app/workbench.hpp"

#include <ostream>

namespace gatehouse::app {

Workbench::Workbench(const Settings& settings)
    : settings_(settings),
      log_({.level = telemetry::Level::warn, .file = {}, .queue_lines = 0}, clock_),
      installation_(Installation::open(settings, clock_, random_, log_)) {}

int Workbench::tell_running_process(const CommandIo& io) const {
  if (ask_to_look(settings_.data.dir) != ControlOutcome::failed) return 0;
  io.err << "The change is stored, but the running process did not confirm it in time; it will see it with its next "
            "look at the database, or its gates will answer 503.\n";
  return 1;
}

}  // namespace gatehouse::app
