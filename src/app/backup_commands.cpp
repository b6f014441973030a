#include <fstream>
#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

#include "app/backup.hpp"
#include "app/commands.hpp"
#include "app/erased_list.hpp"
#include "app/new_file.hpp"
#include "app/restore.hpp"

namespace gatehouse::app {
namespace {

constexpr std::size_t kMinPassphrase = 16;

base::Secret first_line(std::istream& in) {
  std::string line;
  std::getline(in, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return base::Secret(std::move(line));
}

base::Secret read_passphrase(const CommandIo& io) {
  io.err << "Passphrase (one line on standard input): " << std::flush;
  auto passphrase = first_line(io.in);
  io.err << "\n";
  return passphrase;
}

crypto::RecipientSecret read_key_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " can't be read");
  const auto text = first_line(file);
  auto key = crypto::RecipientSecret::from_text(text.expose());
  if (!key) throw std::runtime_error(path + " holds no key of `gatehouse backup keygen`");
  return std::move(*key);
}

crypto::StreamKey key_for(const BackupSource& source, const CommandIo& io) {
  if (!source.key_file.empty()) return read_key_file(source.key_file);
  if (!backup_has_passphrase(source.file)) {
    throw std::runtime_error(source.file + " was sealed for a key: name the file that holds it with --key");
  }
  return read_passphrase(io);
}

BackupProgress show_tables(const CommandIo& io, const char* what) {
  return [&io, what](std::string_view table, std::uint64_t rows) {
    io.out << what << " " << table << ": " << rows << " rows\n" << std::flush;
  };
}

struct Bench {
  base::SystemClock clock;
  base::SystemRandom random;
  telemetry::Logger log{{.level = telemetry::Level::warn, .file = {}, .queue_lines = 0}, clock};
};

void describe(const db::DumpReport& report, std::ostream& out) {
  out << "made at " << base::to_unix_ms(report.header.made_at) << " (milliseconds since 1970, UTC) by gatehouse "
      << report.header.program << ", schema " << report.header.version << ", " << report.rows << " rows, "
      << (report.header.extra.empty() ? "without" : "with") << " the master key\n";
}

}  // namespace

int backup_make(const Settings& settings, const BackupArguments& arguments, const CommandIo& io) {
  BackupTarget target{.file = arguments.file, .with_master_key = arguments.with_master_key};
  if (!arguments.recipient.empty()) {
    target.recipient = crypto::RecipientKey::from_text(arguments.recipient);
    if (!target.recipient) throw std::runtime_error("--recipient is no public key of `gatehouse backup keygen`");
  } else {
    target.passphrase = read_passphrase(io);
    if (target.passphrase.size() < kMinPassphrase) {
      throw std::runtime_error("a passphrase needs at least " + std::to_string(kMinPassphrase) +
                               " characters: whoever has the file can try as many as they like");
    }
  }
  Bench bench;
  const auto report = take_backup(settings, target, bench.clock, bench.random, bench.log, show_tables(io, "saved   "));
  describe(report, io.out);
  return 0;
}

int backup_keygen(const std::string& file, const CommandIo& io) {
  const auto secret = crypto::RecipientSecret::generate();
  NewFile out(file);
  out.write(secret.text().expose());
  out.write("\n");
  out.keep();
  io.err << "The key that opens backups is in " << file << ": keep it away from the machine that makes them.\n"
         << "Backups are sealed with `gatehouse backup --to FILE --recipient` and this public half:\n";
  io.out << secret.public_half().text() << "\n";
  return 0;
}

int backup_verify(const BackupSource& source, const CommandIo& io) {
  const auto report = verify_backup(source.file, key_for(source, io), show_tables(io, "verified"));
  describe(report, io.out);
  return 0;
}

int restore(const Settings& settings, const BackupSource& source, const std::vector<std::string>& erased_files,
            const CommandIo& io) {
  std::vector<contract::AccountId> erased;
  for (const auto& name : erased_files) {
    std::ifstream file(name);
    if (!file) throw std::runtime_error(name + " can't be read");
    for (const auto& account : read_ids(file)) erased.push_back(account);
  }
  Bench bench;
  const auto report = restore_backup(settings, source.file, key_for(source, io), std::move(erased), bench.clock,
                                     bench.random, bench.log, show_tables(io, "restored"));
  describe(report.dump, io.out);
  io.out << report.erased << " accounts that were erased after the backup are erased again.\n";
  if (report.wrote_master_key) io.out << "The master key is in the data folder again.\n";
  io.out << "Every session has ended, and every token and link from before is void. Start gatehouse.\n";
  return 0;
}

}  // namespace gatehouse::app
