#include "app/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "app/installation.hpp"
#include "app/new_file.hpp"
#include "app/open_database.hpp"
#include "app/version.hpp"
#include "crypto/sealed_stream_header.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::app {
namespace {

namespace fs = std::filesystem;

// A transaction has twice that: what a backup of the largest installation may take.
constexpr std::chrono::hours kLongStatements{12};

class InputFile {
 public:
  explicit InputFile(const fs::path& path) : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail();
  }
  ~InputFile() { ::close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::size_t read(char* out, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
      const auto got = ::read(descriptor_, out + done, size - done);
      if (got < 0 && errno != EINTR) fail();
      if (got == 0) break;
      if (got > 0) done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error(path_.string() + ": " + std::strerror(errno)); }

  const fs::path path_;
  const int descriptor_;
};

[[noreturn]] void refuse(const fs::path& file, crypto::SealedStreamError error) {
  throw std::runtime_error(file.string() + " " + crypto::to_string(error));
}

crypto::SealedStreamWriter seal(const BackupTarget& target, base::Random& random, NewFile& file) {
  auto write = [&file](std::string_view bytes) { file.write(bytes); };
  if (target.recipient) return crypto::SealedStreamWriter::for_recipient(*target.recipient, random, std::move(write));
  try {
    return crypto::SealedStreamWriter::for_passphrase(target.passphrase, random, std::move(write));
  } catch (const base::Unavailable&) {
    throw std::runtime_error("there is no memory for the passphrase's key, which takes 256 MiB");
  }
}

void record_backup(db::Database& database, const base::Clock& clock, const BackupTarget& target) {
  const audit::Log events(clock);
  database.write_blocking([&](db::Transaction& tx) {
    events.record(tx, {.type = audit::type::kBackupTaken,
                       .fields = {{"by", "operator"},
                                  {"sealed_for", target.recipient ? "recipient" : "passphrase"},
                                  {"with_master_key", target.with_master_key ? "yes" : "no"}}});
  });
}

}  // namespace

db::DumpReport take_backup(const Settings& settings, const BackupTarget& target, const base::Clock& clock,
                           base::Random& random, telemetry::Logger& log, const BackupProgress& progress) {
  const auto database = open_database(settings, log, kLongStatements);
  db::DumpHeader header{.made_at = clock.now(), .program = kVersion};
  if (target.with_master_key) {
    if (!master_key_is_given(settings)) throw std::runtime_error("there is no master key that could be saved");
    header.extra = load_master_keys_of(settings, random).together();
  }
  NewFile file(target.file);
  auto stream = seal(target, random, file);
  record_backup(*database, clock, target);
  auto report = db::write_dump(
      *database, std::move(header), [&](std::string_view bytes) { stream.append(bytes); }, progress);
  stream.finish();
  file.keep();
  return report;
}

OpenedBackup::OpenedBackup(const fs::path& path, const crypto::StreamKey& key) : path_(path) {
  auto file = std::make_shared<InputFile>(path);
  auto opened =
      crypto::SealedStreamReader::open([file](char* out, std::size_t size) { return file->read(out, size); }, key);
  if (!opened) refuse(path_, opened.error());
  reader_ = std::make_unique<crypto::SealedStreamReader>(std::move(*opened));
}

base::Secret OpenedBackup::next() {
  for (;;) {
    auto piece = reader_->next();
    if (!piece) refuse(path_, piece.error());
    if (!*piece) return {};
    // An empty one would be taken for the end.
    if (!(*piece)->empty()) return std::move(**piece);
  }
}

db::DumpReport verify_backup(const fs::path& file, const crypto::StreamKey& key, const BackupProgress& progress) {
  OpenedBackup backup(file, key);
  return db::check_dump([&] { return backup.next(); }, progress);
}

bool backup_has_passphrase(const fs::path& file) {
  std::string first(crypto::SealedStreamHeader::kFixedBytes, '\0');
  first.resize(InputFile(file).read(first.data(), first.size()));
  const auto passphrase = crypto::asks_for_passphrase(first);
  if (!passphrase) refuse(file, crypto::SealedStreamError::not_a_stream);
  return *passphrase;
}

}  // namespace gatehouse::app
