#include "app/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace gatehouse::app {

DataLock::DataLock(const std::filesystem::path& data_dir) {
  const std::string path = (data_dir / "serve.lock").string();
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) throw std::runtime_error(path + ": " + std::strerror(errno));
  if (flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  close(file_);
  throw std::runtime_error("data.dir " + data_dir.string() +
                           " is served by another process; stop it, or give this one a folder of its own");
}

DataLock::~DataLock() { close(file_); }

}  // namespace gatehouse::app
