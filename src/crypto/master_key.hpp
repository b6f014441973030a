#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// Where the key that seals all other keys may come from; the first that is given counts, and a failure there is never
// made up for by the next.
struct MasterKeySources {
  base::Secret value{};                             // 1. the setting itself, as from the environment
  std::filesystem::path file{};                     // 2. a file that must exist
  std::filesystem::path credentials_directory{};    // 3. $CREDENTIALS_DIRECTORY of systemd, if it holds
  std::string credential = "gatehouse-master-key";  //    a credential of this name
  std::filesystem::path data_dir{};                 // 4. <data_dir>/master.key
};

struct MasterKeyError {
  enum class Kind {
    unreadable,        // missing, not a regular file, or an I/O error
    permissions,       // others than its owner can read or change it
    malformed,         // not 32 bytes in one of the accepted forms
    cannot_be_created  // the data folder can't be written, or is not durable
  };
  Kind kind = Kind::unreadable;
  std::string message;  // for the operator: names the place and the remedy, never key material
};

struct MasterKey {
  base::Secret bytes;    // 32
  std::string source;    // "setting", the path of a file: for the log
  bool created = false;  // made just now: a line in the log should tell the operator to back it up
};

// Accepts 32 raw bytes (files only), 64 hex digits or 43 characters of base64url, with at most one line end behind.
// A file that group or others can read or write is refused. Where no source has it, master.key is made. A new one has
// mode 0600, and is on disk (file and folder synced) before this returns; of two processes that start at once, both end
// up with the same key.
[[nodiscard]] base::Result<MasterKey, MasterKeyError> load_master_key(const MasterKeySources& sources,
                                                                      base::Random& random);

inline constexpr const char* kPreviousMasterKeyFile = "master.key.previous";  // in the data folder

// The one before, while it is being replaced: from the same sources by the same rules, its own setting, file and
// credential, and kPreviousMasterKeyFile in place of master.key. Nothing when none of them has it: it is never made.
[[nodiscard]] base::Result<std::optional<MasterKey>, MasterKeyError> load_previous_master_key(
    const MasterKeySources& sources);

}  // namespace gatehouse::crypto
