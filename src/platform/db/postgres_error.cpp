#include "platform/db/postgres_error.hpp"

#include <array>
#include <utility>

namespace gatehouse::db {
namespace {

using Kind = PostgresFault::Kind;

struct Entry {
  std::string_view prefix;  // of the SQLSTATE; the first that fits counts
  PostgresFault fault;
};

constexpr std::array kFaults{
    Entry{"23505", {Kind::unique, ""}},                            // unique_violation
    Entry{"40001", {Kind::conflict, "storage_conflict"}},          // serialization_failure
    Entry{"40P01", {Kind::conflict, "storage_conflict"}},          // deadlock_detected
    Entry{"40003", {Kind::connection, "storage_lost"}},            // statement_completion_unknown
    Entry{"25006", {Kind::read_only, ""}},                         // read_only_sql_transaction
    Entry{"25P03", {Kind::connection, "storage_lost"}},            // idle_in_transaction_session_timeout
    Entry{"0A000", {Kind::connection, "storage_schema_changed"}},  // "cached plan must not change result type"
    Entry{"26000", {Kind::connection, "storage_statement_lost"}},  // a pooler gave us another server connection
    Entry{"42P05", {Kind::connection, "storage_statement_lost"}},  // the same, seen when preparing
    Entry{"08", {Kind::connection, "storage_lost"}},               // connection exceptions
    Entry{"53100", {Kind::unavailable, "storage_full"}},
    Entry{"53200", {Kind::unavailable, "storage_out_of_memory"}},
    Entry{"53300", {Kind::connection, "storage_too_many_connections"}},
    Entry{"53", {Kind::unavailable, "storage_out_of_resources"}},
    Entry{"55P03", {Kind::unavailable, "storage_busy"}},     // lock_not_available
    Entry{"57014", {Kind::unavailable, "storage_timeout"}},  // query_canceled: statement_timeout
    Entry{"57P", {Kind::connection, "storage_stopping"}},    // admin_shutdown, crash_shutdown, cannot_connect_now …
    Entry{"57", {Kind::unavailable, "storage_unavailable"}},
    Entry{"58", {Kind::unavailable, "storage_io"}},
    Entry{"XX001", {Kind::unavailable, "storage_corrupt"}},
    Entry{"XX002", {Kind::unavailable, "storage_corrupt"}},
    Entry{"XX", {Kind::unavailable, "storage_internal_error"}},
    Entry{"28", {Kind::connection, "storage_unreachable"}},  // the server knows our name or password no longer
    Entry{"3D", {Kind::connection, "storage_unreachable"}},  // no such database
};

}  // namespace

PostgresFault classify_sqlstate(std::string_view sqlstate) {
  for (const auto& entry : kFaults) {
    if (sqlstate.starts_with(entry.prefix)) return entry.fault;
  }
  return {};
}

std::string loggable(std::string_view sqlstate, std::string_view words) {
  std::string text = "postgres: ";
  text += sqlstate.empty() ? "?????" : sqlstate;
  if (sqlstate.starts_with("23") || sqlstate.starts_with("42")) {
    text += ' ';
    text += words;
  }
  return text;
}

}  // namespace gatehouse::db
