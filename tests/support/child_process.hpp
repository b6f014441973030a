#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gatehouse::test {

// Starts a program that dies with this one; what it prints goes to `log_file`, or nowhere when that is empty. Throws
// std::runtime_error when it can't be started.
[[nodiscard]] pid_t start_process(const std::vector<std::string>& command, const std::string& log_file = "");

// Runs it to its end. Throws std::runtime_error, with what it printed, when it does not exit with 0; returns that else.
std::string run_process(const std::vector<std::string>& command);

void kill_process(pid_t pid);  // SIGKILL, and waits for it

}  // namespace gatehouse::test
