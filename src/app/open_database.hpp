#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "app/settings.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// data.dir, made (0700) when it is not there. Throws std::runtime_error with the reason.
void make_data_folder(const Settings& settings);

// The database that the settings name: PostgreSQL, or SQLite in the data folder, which is made. Throws
// std::runtime_error with a text for the operator. `statement_timeout`: in place of the setting, for what reads or
// writes whole databases. REQUIRES: `log`, which hears of lost connections, outlives it.
[[nodiscard]] std::unique_ptr<db::Database> open_database(
    const Settings& settings, telemetry::Logger& log,
    std::optional<std::chrono::milliseconds> statement_timeout = std::nullopt);

// The PostgreSQL at `url`, with all else as the settings say.
[[nodiscard]] std::unique_ptr<db::Database> open_postgres_database(
    const Settings& settings, const base::Secret& url, telemetry::Logger& log,
    std::optional<std::chrono::milliseconds> statement_timeout = std::nullopt);

}  // namespace gatehouse::app
