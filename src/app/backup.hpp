#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "app/settings.hpp"
#include "crypto/recipient_key.hpp"
#include "crypto/sealed_stream.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/db/dump.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// Backups: the dump of a database (platform/db/dump.hpp) in a stream that only its recipient opens
// (crypto/sealed_stream.hpp). docs/ops/backup.md. All block, and throw std::exception with a text for the operator.

using BackupProgress = db::DumpProgress;

struct BackupTarget {
  std::filesystem::path file;                       // must not exist
  std::optional<crypto::RecipientKey> recipient{};  // nothing: the passphrase
  base::Secret passphrase{};
  bool with_master_key = false;  // whoever opens the backup then reads what is sealed in it, too; with the previous one
                                 // while that is being replaced: under which of them it is sealed, only a restore sees
};
// Whatever others do to the database meanwhile, the backup holds one moment of it. The file has its name only once it
// is complete and on the disk.
db::DumpReport take_backup(const Settings& settings, const BackupTarget& target, const base::Clock& clock,
                           base::Random& random, telemetry::Logger& log, const BackupProgress& progress);

// Reads it to its end and looks at every record; changes nothing.
db::DumpReport verify_backup(const std::filesystem::path& file, const crypto::StreamKey& key,
                             const BackupProgress& progress);
// Whether a file asks for a passphrase; throws when it is no backup.
[[nodiscard]] bool backup_has_passphrase(const std::filesystem::path& file);

// A backup that is read from its beginning, for what restores it. Not thread-safe.
class OpenedBackup {
 public:
  // Throws when the file is none or the key is another.
  OpenedBackup(const std::filesystem::path& path, const crypto::StreamKey& key);
  // db::DumpRead. Throws when the file is not as it was written.
  [[nodiscard]] base::Secret next();

 private:
  const std::filesystem::path path_;
  std::unique_ptr<crypto::SealedStreamReader> reader_;
};

}  // namespace gatehouse::app
