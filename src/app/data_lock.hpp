#pragma once

#include <filesystem>

namespace gatehouse::app {

// Held by the one process that serves a data folder. Two would each have a gate that the other's sign-outs reach only
// with its next look at the database: "ended means ended" would no longer hold. Commands do not take it.
// Released when it goes, and by the kernel when the process dies.
class DataLock {
 public:
  // Throws std::runtime_error when another process holds it. REQUIRES: the folder exists.
  explicit DataLock(const std::filesystem::path& data_dir);
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  int file_;
};

}  // namespace gatehouse::app
