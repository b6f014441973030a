#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "identity/audit/batch.hpp"

namespace gatehouse::identity {

// Where the chain ended when this node last looked, kept beside the database (`audit_head` in the data folder): who
// puts an older copy of the database in place, or takes batches from the end, leaves it behind. One line of JSON:
//   {"batch":12,"record_sha256":"…"}
// Not thread-safe.
class HeadFile {
 public:
  explicit HeadFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Nothing: there is none yet. Throws std::runtime_error when there is one that can't be read: as good as a chain that
  // does not verify.
  [[nodiscard]] std::optional<ChainHead> load() const;
  // In one step: either the old one or the new one is there. Throws std::runtime_error.
  void store(const ChainHead& head) const;

 private:
  std::filesystem::path path_;
};

}  // namespace gatehouse::identity
