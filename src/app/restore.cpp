#include "app/restore.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "app/data_lock.hpp"
#include "app/erased_list.hpp"
#include "app/installation.hpp"
#include "app/new_file.hpp"
#include "app/open_database.hpp"
#include "crypto/master_key.hpp"
#include "identity/privacy/restored.hpp"
#include "platform/base/encoding.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/sqlite_database.hpp"

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

struct Master {
  base::Secret bytes;
  bool from_backup = false;  // and not in the data folder yet
};

// The one that is given here and the one in the backup must not differ; one of them there has to be.
Master choose_master_key(const Settings& settings, const base::Secret& in_backup, base::Random& random) {
  if (!master_key_is_given(settings)) {
    if (in_backup.empty()) {
      throw std::runtime_error("the backup holds no master key: put it where the configuration says, or into " +
                               (settings.data.dir / "master.key").string() + ", and restore again");
    }
    return {in_backup.clone(), true};
  }
  auto given = load_master_key_of(settings, random).bytes;
  if (!in_backup.empty() && !(given == in_backup)) {
    throw std::runtime_error("the backup holds another master key than the one that is given here");
  }
  return {std::move(given), false};
}

void write_master_key(const fs::path& data, const base::Secret& key) {
  NewFile file(data / "master.key");
  file.write(base::Secret(base::base64url_encode(key.expose()) + "\n").expose());
  file.keep();
}

// Fills `database` and takes from it what must not come back.
RestoreReport fill(const Settings& settings, db::Database& database, OpenedBackup& backup, const Master& master,
                   const std::vector<contract::AccountId>& erased, const base::Clock& clock, base::Random& random,
                   const BackupProgress& progress) {
  RestoreReport report{.wrote_master_key = master.from_backup};
  report.dump = db::load_dump([&] { return backup.next(); }, database, identity::kNotRestored, clock, progress);
  const audit::Log events(clock);
  const identity::AccountStore accounts;
  const identity::RevocationStore revocations(settings.token.access_lifetime);
  const identity::SessionStore sessions({}, revocations);
  const identity::ErasureStore erasures({accounts, sessions, revocations, events});
  const auto settled = identity::settle_restored(database, *crypto::SealingKey::from_bytes(master.bytes),
                                                 {.erase = erased, .grace = settings.privacy.deletion_grace}, erasures,
                                                 events, random, clock);
  if (!settled) throw std::runtime_error(identity::to_string(settled.error()));
  report.erased = settled->erased;
  if (master.from_backup) write_master_key(settings.data.dir, master.bytes);
  return report;
}

}  // namespace

RestoreReport restore_backup(const Settings& settings, const fs::path& file, const crypto::StreamKey& key,
                             std::vector<contract::AccountId> erased, const base::Clock& clock, base::Random& random,
                             telemetry::Logger& log, const BackupProgress& progress) {
  const auto verified = verify_backup(file, key, [](std::string_view, std::uint64_t) {});
  const auto master = choose_master_key(settings, verified.header.extra, random);
  make_data_folder(settings);
  const DataLock lock(settings.data.dir);
  for (const auto& account : read_erased_list(settings.data.dir)) erased.push_back(account);
  OpenedBackup backup(file, key);
  if (settings.database.url.empty()) {
    Draft draft(settings.data.dir);
    auto report = fill(settings, draft.database(), backup, master, erased, clock, random, progress);
    draft.keep();
    return report;
  }
  const auto database = open_database(settings, log, kLongStatements);
  auto report = fill(settings, *database, backup, master, erased, clock, random, progress);
  db::unmark_copy(*database);
  return report;
}

}  // namespace gatehouse::app
