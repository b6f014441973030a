#pragma once

#include <filesystem>
#include <string_view>

namespace gatehouse::app {

// A file that only its owner reads and that is there as a whole or not at all: written as `PATH.part`, and given its
// name by keep(). What a killed program left under that other name, the next one with the same path writes over.
// All throw std::runtime_error, with the path and the reason.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path);  // also when there is such a file, or another is writing it
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes);
  // On the disk, with its name, when this returns. Never takes the place of a file that is there by now.
  void keep();

 private:
  [[noreturn]] void fail(int code) const;

  const std::filesystem::path path_;
  const std::filesystem::path draft_;
  int descriptor_ = -1;
};

// So that what was renamed or removed in it stays so. Throws as above.
void sync_folder(const std::filesystem::path& folder);

}  // namespace gatehouse::app
