#pragma once

#include <memory>
#include <optional>
#include <string>

#include "platform/db/database.hpp"
#include "platform/db/postgres_options.hpp"

namespace gatehouse::db {

// A Database on PostgreSQL 15 or later (or what speaks its protocol and keeps SERIALIZABLE). Connections are made when
// they are first needed, so that a node starts before its server; each belongs to one thread. Half of them write and
// half read, with a queue each: a flood of reads can't keep the writes waiting, nor the other way round.
//
// Throws std::runtime_error when a URL is none; it says which, never what stands in it.
// The destructor refuses what waits and finishes what runs. REQUIRES: the io_contexts of the callers outlive the
// Database, whose threads post to them.
[[nodiscard]] std::unique_ptr<Database> open_postgres(PostgresOptions options);

// What is wrong with a URL, in words of ours (libpq would quote it, with its password); nothing when it can be used.
[[nodiscard]] std::optional<std::string> problem_of_postgres_url(const base::Secret& url);

}  // namespace gatehouse::db
