#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>

#include "platform/db/postgres_connection.hpp"

// insert_many() by COPY in its binary form: PostgreSQL 15, chapter 55.2.6 and the reference of COPY.
namespace gatehouse::db {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;  // what libpq is given at one time

void append_number(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned shift = bytes * 8; shift > 0; shift -= 8) out += static_cast<char>(value >> (shift - 8) & 0xff);
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_number(out, bytes.size(), 4);
  out += bytes;
}

void append_value(std::string& out, const Value& value) {
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::nullptr_t>) {
          append_number(out, 0xffff'ffff, 4);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          append_number(out, 8, 4);
          append_number(out, static_cast<std::uint64_t>(v), 8);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
          append_bytes(out, v);
        } else {
          append_bytes(out, v.bytes);
        }
      },
      value);
}

std::string encode(std::size_t width, std::span<const Value> values) {
  std::string out("PGCOPY\n\377\r\n\0", 11);
  append_number(out, 0, 4);  // flags
  append_number(out, 0, 4);  // extension
  for (; !values.empty(); values = values.subspan(width)) {
    append_number(out, width, 2);
    for (const auto& value : values.first(width)) append_value(out, value);
  }
  append_number(out, 0xffff, 2);
  return out;
}

}  // namespace

PostgresWire::Result PostgresWire::copy_in(const std::string& sql, std::string_view data, base::SteadyPoint deadline) {
  start_alone(sql, deadline);
  Result ready(next(deadline));
  if (!ready || PQresultStatus(ready.get()) != PGRES_COPY_IN) {
    // Refused before it began.
    auto rest = finish_alone(deadline);
    return ready ? std::move(ready) : std::move(rest);
  }
  // 0: libpq's buffer is full; what the server says meanwhile is taken in, or neither side would move.
  const auto sent = [&](int code) {
    if (code < 0 || (code == 0 && PQconsumeInput(connection_) == 0)) throw PostgresLost("storage_lost");
    if (code == 0) wait(POLLIN | POLLOUT, deadline);
    return code > 0;
  };
  while (!data.empty()) {
    const auto piece = data.substr(0, kPieceBytes);
    if (sent(PQputCopyData(connection_, piece.data(), static_cast<int>(piece.size()))))
      data.remove_prefix(piece.size());
  }
  while (!sent(PQputCopyEnd(connection_, nullptr))) continue;
  return finish_alone(deadline);
}

void PostgresConnection::insert_many(std::string_view table, std::string_view columns, std::span<const Value> values) {
  require_good();
  const auto width = static_cast<std::size_t>(std::count(columns.begin(), columns.end(), ',')) + 1;
  const std::string sql = "COPY " + std::string(table) + " (" + std::string(columns) + ") FROM STDIN (FORMAT binary)";
  if (guard_broken_) add_rollback_to_guard();
  if (!begun_) add_begin();
  if (guarded_) add("SAVEPOINT guard", PostgresParameters({}));
  for (const auto& result : exchange(limit())) {
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(*result);
  }
  PostgresWire::Result result;
  try {
    result = wire_.copy_in(sql, encode(width, values), limit());
  } catch (const PostgresLost& loss) {
    lose(loss);
  }
  if (!result || PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    if (!result) lose(PostgresLost("storage_lost"));
    fail(*result);
  }
  ++done_;
  if (guarded_) run("RELEASE guard", PostgresParameters({}));
}

}  // namespace gatehouse::db
