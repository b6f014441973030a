#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <string>

#include "app/commands.hpp"
#include "app/data_lock.hpp"
#include "app/open_database.hpp"
#include "platform/db/copy_installation.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "platform/db/sqlite_database.hpp"

namespace gatehouse::app {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

std::filesystem::path source_file(const std::string& from) {
  if (!from.starts_with(kSqlite)) throw std::runtime_error("--from: write it as sqlite:FILE");
  const std::filesystem::path file = from.substr(kSqlite.size());
  if (!std::filesystem::is_regular_file(file)) throw std::runtime_error("--from: there is no file " + file.string());
  return file;
}

// `postgres:` alone means database.url, which no other user of the machine can read off a command line.
std::unique_ptr<db::Database> open_target(const Settings& settings, const std::string& to, telemetry::Logger& log) {
  if (to == "postgres:") {
    if (!settings.database.url.empty()) return open_postgres_database(settings, settings.database.url, log);
    throw std::runtime_error("--to: postgres: alone means database.url, which is not set");
  }
  const base::Secret url{std::string_view(to)};
  if (const auto problem = db::problem_of_postgres_url(url)) throw std::runtime_error("--to: it " + *problem);
  return open_postgres_database(settings, url, log);
}

void show(const db::CopyProgress& progress, std::ostream& out) {
  if (progress.done != progress.total) return;
  out << (progress.verifying ? "verified " : "copied   ") << progress.table << ": " << progress.total << " rows\n";
}

}  // namespace

int migrate_command(const Settings& settings, const CommandIo& io) {
  const base::SystemClock clock;
  telemetry::Logger log({.level = telemetry::Level::warn, .file = {}, .queue_lines = 0}, clock);
  const auto database = open_database(settings, log);
  const auto report = db::migrate(*database, clock);
  for (const auto& name : report.applied) io.out << "applied " << name << "\n";
  io.out << "The database is at version " << report.version << ".\n";
  return 0;
}

int migrate_copy(const Settings& settings, const std::string& from, const std::string& to, const CommandIo& io) {
  const base::SystemClock clock;
  telemetry::Logger log({.level = telemetry::Level::warn, .file = {}, .queue_lines = 0}, clock);
  const auto file = source_file(from);
  const auto target = open_target(settings, to, log);
  // A process that serves from the file would go on writing to what is left behind.
  const DataLock lock(file.has_parent_path() ? file.parent_path() : ".");
  const auto source = db::open_sqlite({.path = file.string()});
  const auto report =
      db::copy_installation(*source, *target, clock, [&](const db::CopyProgress& progress) { show(progress, io.out); });
  io.out << (report.resumed ? "Resumed; all" : "All") << " of " << report.rows
         << " rows are there and the same. Set database.url, keep the master key, and start.\n";
  return 0;
}

}  // namespace gatehouse::app
