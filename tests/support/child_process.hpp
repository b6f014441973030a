#pragma once

#include <string>
#include <vector>

namespace gatehouse::test {

// Runs a program, found on the path, to its end, as the user of the test; ServerProcess is for those that go on.
// Returns what it printed. Throws std::runtime_error with that when it does not exit with 0.
std::string run_process(const std::vector<std::string>& command);

}  // namespace gatehouse::test
