#include "app/new_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::app {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_at(const fs::path& path, int code) {
  throw std::runtime_error(path.string() + ": " + std::strerror(code));
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace

NewFile::NewFile(fs::path path) : path_(std::move(path)), draft_(fs::path(path_) += ".part") {
  if (fs::exists(path_)) fail(EEXIST);
  descriptor_ = ::open(draft_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) fail_at(draft_, errno);
  // Emptied only once it is ours alone.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 && ::ftruncate(descriptor_, 0) == 0) return;
  const int code = errno;
  ::close(descriptor_);
  fail_at(draft_, code);
}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  ::unlink(draft_.c_str());
  ::close(descriptor_);
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail(errno);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NewFile::keep() {
  if (::fsync(descriptor_) != 0) fail(errno);
  if (::link(draft_.c_str(), path_.c_str()) != 0) fail(errno);
  ::unlink(draft_.c_str());
  ::close(std::exchange(descriptor_, -1));
  sync_folder(folder_of(path_));
}

void NewFile::fail(int code) const { fail_at(path_, code); }

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail_at(folder, errno);
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0) fail_at(folder, code);
}

}  // namespace gatehouse::app
