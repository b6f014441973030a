#include "app/restore.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "app/data_lock.hpp"
#include "app/erased_list.hpp"
#include "app/installation.hpp"
#include "app/new_file.hpp"
#include "app/open_database.hpp"
#include "crypto/master_key.hpp"
#include "crypto/master_keys.hpp"
#include "identity/privacy/restored.hpp"
#include "platform/base/encoding.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/sqlite_database.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::app {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kLongStatements{12};

// A file of SQLite that gets its place in the data folder once it is complete.
class Draft {
 public:
  explicit Draft(const fs::path& data) : folder_(data / "restore.part"), target_(data / "gatehouse.db") {
    fs::remove_all(folder_);  // of a restore that was killed
    if (fs::exists(target_)) {
      throw std::runtime_error(target_.string() + " is there already: move it away, or name another --data");
    }
    fs::create_directory(folder_);
    fs::permissions(folder_, fs::perms::owner_all);
    database_ = db::open_sqlite({.path = (folder_ / "gatehouse.db").string()});
  }
  ~Draft() {
    database_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  [[nodiscard]] db::Database& database() { return *database_; }
  void keep() {
    database_.reset();  // moves its log into the file, and removes it
    const auto file = folder_ / "gatehouse.db";
    if (fs::exists(fs::path(file) += "-wal")) throw std::runtime_error(file.string() + ": its log could not be moved");
    fs::rename(file, target_);
    sync_folder(target_.parent_path());
  }

 private:
  const fs::path folder_;
  const fs::path target_;
  std::unique_ptr<db::Database> database_;
};

struct Masters {
  std::vector<base::Secret> bytes;  // the current one and, perhaps, the previous one
  bool from_backup = false;         // and not in the data folder yet

  [[nodiscard]] crypto::MasterKeys for_sealing() const {
    auto previous = bytes.size() > 1 ? crypto::SealingKey::from_bytes(bytes[1]) : std::nullopt;
    return crypto::MasterKeys(*crypto::SealingKey::from_bytes(bytes[0]), std::move(previous));
  }
};

// What LoadedMasterKeys::together has put together.
std::vector<base::Secret> apart(const base::Secret& together) {
  std::vector<base::Secret> keys;
  const auto bytes = together.expose();
  if (bytes.size() % crypto::SealingKey::kBytes != 0) throw std::runtime_error("the backup holds no proper master key");
  for (std::size_t at = 0; at < bytes.size(); at += crypto::SealingKey::kBytes) {
    keys.emplace_back(bytes.substr(at, crypto::SealingKey::kBytes));
  }
  return keys;
}

// Those that are given here and those in the backup must not all differ; some there have to be.
Masters choose_master_keys(const Settings& settings, const base::Secret& extra, base::Random& random) {
  auto in_backup = apart(extra);
  if (!master_key_is_given(settings)) {
    if (in_backup.empty()) {
      throw std::runtime_error("the backup holds no master key: put it where the configuration says, or into " +
                               (settings.data.dir / "master.key").string() + ", and restore again");
    }
    return {std::move(in_backup), true};
  }
  auto given = apart(load_master_keys_of(settings, random).together());
  const bool known = std::ranges::any_of(in_backup, [&](const base::Secret& key) {
    return std::ranges::any_of(given, [&](const base::Secret& other) { return other == key; });
  });
  if (!in_backup.empty() && !known) {
    throw std::runtime_error(
        "the backup holds another master key than the one that is given here: if the key was replaced after the "
        "backup, give the one from before as the previous one");
  }
  return {std::move(given), false};
}

void write_key(const fs::path& path, const base::Secret& key) {
  NewFile file(path);
  file.write(base::Secret(base::base64url_encode(key.expose()) + "\n").expose());
  file.keep();
}

void write_master_keys(const fs::path& data, const Masters& masters) {
  if (masters.bytes.size() > 1) write_key(data / crypto::kPreviousMasterKeyFile, masters.bytes[1]);
  write_key(data / "master.key", masters.bytes[0]);
}

std::string wrong_key(const db::DumpReport& dump) {
  return "the backup of " + telemetry::to_rfc3339(dump.header.made_at) +
         " was sealed under another master key: give the one that was in force then, as the master key or, if it was "
         "replaced since, as the previous one";
}

// Fills `database` and takes from it what must not come back.
RestoreReport fill(const Settings& settings, db::Database& database, OpenedBackup& backup, const Masters& masters,
                   const std::vector<contract::AccountId>& erased, const base::Clock& clock, base::Random& random,
                   const BackupProgress& progress) {
  RestoreReport report{.wrote_master_key = masters.from_backup};
  report.dump = db::load_dump([&] { return backup.next(); }, database, identity::kNotRestored, clock, progress);
  const audit::Log events(clock);
  const identity::AccountStore accounts;
  const identity::RevocationStore revocations(settings.token.access_lifetime);
  const identity::SessionStore sessions({}, revocations);
  const identity::ErasureStore erasures({accounts, sessions, revocations, events});
  const auto settled = identity::settle_restored(database, masters.for_sealing(),
                                                 {.erase = erased, .grace = settings.privacy.deletion_grace}, erasures,
                                                 events, random, clock);
  if (!settled) throw std::runtime_error(wrong_key(report.dump));
  report.erased = settled->erased;
  if (masters.from_backup) write_master_keys(settings.data.dir, masters);
  return report;
}

}  // namespace

RestoreReport restore_backup(const Settings& settings, const fs::path& file, const crypto::StreamKey& key,
                             std::vector<contract::AccountId> erased, const base::Clock& clock, base::Random& random,
                             telemetry::Logger& log, const BackupProgress& progress) {
  const auto verified = verify_backup(file, key, [](std::string_view, std::uint64_t) {});
  const auto masters = choose_master_keys(settings, verified.header.extra, random);
  make_data_folder(settings);
  const DataLock lock(settings.data.dir);
  for (const auto& account : read_erased_list(settings.data.dir)) erased.push_back(account);
  OpenedBackup backup(file, key);
  if (settings.database.url.empty()) {
    Draft draft(settings.data.dir);
    auto report = fill(settings, draft.database(), backup, masters, erased, clock, random, progress);
    draft.keep();
    return report;
  }
  const auto database = open_database(settings, log, kLongStatements);
  auto report = fill(settings, *database, backup, masters, erased, clock, random, progress);
  db::unmark_copy(*database);
  return report;
}

}  // namespace gatehouse::app
