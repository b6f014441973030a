#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace gatehouse::test {

// A program that the test runs beside itself: as the user `postgres` when the test runs as root (PostgreSQL and
// PgBouncer refuse root), gone with the object, and with the test if that dies.
class ServerProcess {
 public:
  // `command`: a path and its arguments. What it prints goes to the end of `log`.
  ServerProcess(std::vector<std::string> command, const std::filesystem::path& log);
  ~ServerProcess();  // SIGKILL, if it still runs
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool running();
  // To the program and its children.
  void signal_all(int signal) const;
  void signal(int signal) const;
  // No file that they write may become longer.
  void limit_file_size(std::uint64_t bytes) const;
  int wait();  // for its end; its exit status, or minus the signal

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

// Runs a program to its end; throws std::runtime_error with the end of what it printed when that is no success.
void run_to_end(std::vector<std::string> command, const std::filesystem::path& log);

// Gives a folder to the user that ServerProcess runs as.
void give_to_server_user(const std::filesystem::path& folder);

// Asks until the answer is yes; false when it never was within `limit`.
bool wait_until(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds(30));

}  // namespace gatehouse::test
