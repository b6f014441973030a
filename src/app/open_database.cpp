#include "app/open_database.hpp"

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "platform/db/postgres_database.hpp"
#include "platform/db/sqlite_database.hpp"

namespace gatehouse::app {
void make_data_folder(const Settings& settings) {
  namespace fs = std::filesystem;
  const fs::path& dir = settings.data.dir;
  std::error_code error;
  if (fs::create_directories(dir, error)) fs::permissions(dir, fs::perms::owner_all, error);
  if (error) throw std::runtime_error("data.dir " + dir.string() + ": " + error.message());
}

std::unique_ptr<db::Database> open_database(const Settings& settings, telemetry::Logger& log,
                                            std::optional<std::chrono::milliseconds> statement_timeout) {
  make_data_folder(settings);
  if (!settings.database.url.empty())
    return open_postgres_database(settings, settings.database.url, log, statement_timeout);
  return db::open_sqlite({.path = (settings.data.dir / "gatehouse.db").string()});
}

std::unique_ptr<db::Database> open_postgres_database(const Settings& settings, const base::Secret& url,
                                                     telemetry::Logger& log,
                                                     std::optional<std::chrono::milliseconds> statement_timeout) {
  const auto& database = settings.database;
  db::PostgresOptions options;
  options.url = url.clone();
  options.replica_url = database.replica_url.clone();
  options.connections = database.connections;
  options.prepared_statements = database.prepared_statements;
  options.statement_timeout = statement_timeout.value_or(database.statement_timeout);
  options.connect_timeout = database.connect_timeout;
  options.on_trouble = [&log](std::string_view what) { log.warn("database_trouble", {{"what", what}}); };
  return db::open_postgres(std::move(options));
}

}  // namespace gatehouse::app
