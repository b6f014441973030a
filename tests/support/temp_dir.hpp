#pragma once

#include <filesystem>

namespace gatehouse::test {

// A new, empty folder (mode 0700) that goes, with all it holds, when the object does.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace gatehouse::test
