#include "app/open_database.hpp"

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "platform/db/postgres_database.hpp"
#include "platform/db/sqlite_database.hpp"

namespace gatehouse::app {
namespace {

db::PostgresOptions postgres_options(const DatabaseSettings& settings, telemetry::Logger& log) {
  db::PostgresOptions options;
  options.url = settings.url.clone();
  options.replica_url = settings.replica_url.clone();
  options.connections = settings.connections;
  options.prepared_statements = settings.prepared_statements;
  options.statement_timeout = settings.statement_timeout;
  options.connect_timeout = settings.connect_timeout;
  options.on_trouble = [&log](std::string_view what) { log.warn("database_trouble", {{"what", what}}); };
  return options;
}

}  // namespace

void make_data_folder(const Settings& settings) {
  namespace fs = std::filesystem;
  const fs::path& dir = settings.data.dir;
  std::error_code error;
  if (fs::create_directories(dir, error)) fs::permissions(dir, fs::perms::owner_all, error);
  if (error) throw std::runtime_error("data.dir " + dir.string() + ": " + error.message());
}

std::unique_ptr<db::Database> open_database(const Settings& settings, telemetry::Logger& log) {
  make_data_folder(settings);
  if (!settings.database.url.empty()) return db::open_postgres(postgres_options(settings.database, log));
  return db::open_sqlite({.path = (settings.data.dir / "gatehouse.db").string()});
}

}  // namespace gatehouse::app
