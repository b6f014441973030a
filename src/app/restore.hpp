#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "app/backup.hpp"
#include "contract/ids.hpp"

namespace gatehouse::app {

struct RestoreReport {
  db::DumpReport dump;
  std::size_t erased = 0;         // accounts whose owners had asked for it after the backup
  bool wrote_master_key = false;  // from the backup, into the data folder
};

// Into the database that the settings name, which must be empty or not there at all. First the file is read to its end,
// so that nothing is written from one that is not whole. No session, token or link from before works afterwards
// (identity/privacy/restored.hpp). Accounts in `erased`, and in the data folder's own list, are erased again.
// Killed at any moment, it leaves no database that a program would start on; called again, it begins anew.
// Blocks; throws std::exception with a text for the operator.
RestoreReport restore_backup(const Settings& settings, const std::filesystem::path& file, const crypto::StreamKey& key,
                             std::vector<contract::AccountId> erased, const base::Clock& clock, base::Random& random,
                             telemetry::Logger& log, const BackupProgress& progress);

}  // namespace gatehouse::app
