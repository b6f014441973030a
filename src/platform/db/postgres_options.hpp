#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

#include "platform/base/secret.hpp"

namespace gatehouse::db {

struct PostgresOptions {
  // `postgresql://user:password@host:port[,host:port…]/database[?sslmode=verify-full&sslrootcert=…]`, with everything
  // that libpq understands. Of several hosts the one that takes writes is looked for.
  base::Secret url;
  // Of a replica (any host in recovery is preferred), for read_stale; empty: read_stale asks the primary.
  base::Secret replica_url;
  // Half for writes, half for reads; half as many again to the replica, if there is one; and up to four for *_blocking.
  std::size_t connections = 8;
  // false behind PgBouncer in transaction mode: then nothing outlives its transaction on the server, named statements
  // and settings included.
  bool prepared_statements = true;
  std::chrono::milliseconds statement_timeout{5000};  // a transaction has twice that, with all its repetitions
  std::chrono::milliseconds connect_timeout{2000};  // for each host; libpq rounds it up to whole seconds, at least two
  std::size_t read_queue_limit = 1024;              // waiting; one more is refused
  std::size_t write_queue_limit = 1024;
  // Hears, on whatever thread meets it, why a connection could not be made or was lost: libpq's words, which name
  // hosts, users and databases, never a password or a value. Must not throw.
  std::function<void(std::string_view what)> on_trouble{};
};

}  // namespace gatehouse::db
