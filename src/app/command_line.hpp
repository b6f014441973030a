#pragma once

namespace gatehouse::app {

// The whole command line. Returns the exit status: 0 fine, 1 the answer is no or it failed, others by CLI11 for a
// command line that can't be understood.
[[nodiscard]] int run_command_line(int argc, char** argv);

}  // namespace gatehouse::app
