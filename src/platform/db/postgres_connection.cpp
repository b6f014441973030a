#include "platform/db/postgres_connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "platform/base/unavailable.hpp"
#include "platform/db/postgres_row.hpp"
#include "platform/db/statement_kind.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::db {
namespace {

constexpr std::chrono::milliseconds kAnswerTravels{500};  // beyond statement_timeout, which the server itself keeps
constexpr std::chrono::hours kScriptLimit{1};

base::SteadyPoint now() { return std::chrono::steady_clock::now(); }

bool succeeded(const pg_result& result) {
  const auto status = PQresultStatus(&result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

std::string_view field(const pg_result& result, int code) {
  const char* text = PQresultErrorField(&result, code);
  return text != nullptr ? text : "";
}

// Only what can meet a UNIQUE constraint.
bool needs_guard(std::string_view sql) { return sql.starts_with("INSERT") || sql.starts_with("UPDATE"); }

}  // namespace

void PostgresConnection::begin(Access access, base::SteadyPoint deadline, bool guarded) {
  access_ = access;
  state_ = State::good;
  begun_ = guard_broken_ = false;
  guarded_ = guarded;
  done_ = 0;
  deadline_ = deadline;
  error_ = nullptr;
}

std::int64_t PostgresConnection::execute(std::string_view sql, std::initializer_list<Value> parameters) {
  const auto result = run(sql, PostgresParameters(parameters));
  if (std::string_view(PQcmdStatus(result.get())).starts_with("SELECT")) return 0;
  const std::string_view count = PQcmdTuples(result.get());  // empty for what changes no rows
  std::int64_t rows = 0;
  std::from_chars(count.data(), count.data() + count.size(), rows);
  return rows;
}

void PostgresConnection::query(std::string_view sql, std::initializer_list<Value> parameters,
                               const std::function<void(const Row&)>& on_row) {
  const auto result = run(sql, PostgresParameters(parameters));
  const int rows = PQntuples(result.get());
  for (int i = 0; i < rows; ++i) on_row(PostgresRow(result.get(), i));
}

// Released by the server when the transaction ends, however it does; nothing of it outlives the connection.
bool PostgresConnection::try_lock(std::string_view name) {
  const auto locked = query_one(
      "SELECT CASE WHEN pg_try_advisory_xact_lock(hashtextextended($1, 0)) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS "
      "BIGINT) "
      "END",
      {name}, [](const Row& row) { return row.integer(0); });
  return locked == 1;
}

void PostgresConnection::execute_script(std::string_view sql) {
  require_good();
  deadline_ = now() + kScriptLimit;
  if (guard_broken_) add_rollback_to_guard();
  if (!begun_) add_begin();
  add("SET LOCAL statement_timeout = 0", PostgresParameters({}));
  for (const auto& result : exchange(limit())) {
    if (!succeeded(*result)) fail(*result);
  }
  PostgresWire::Result result;
  try {
    result = wire_.run_script(std::string(sql), deadline_);
  } catch (const PostgresLost& loss) {
    lose(loss);
  }
  if (result && !succeeded(*result) && PQresultStatus(result.get()) != PGRES_EMPTY_QUERY) fail(*result);
  ++done_;
}

PostgresWire::Result PostgresConnection::run(std::string_view sql, const PostgresParameters& parameters) {
  const telemetry::Span span(statement_kind(sql), telemetry::SpanKind::client);
  require_good();
  const bool guard = guarded_ && needs_guard(sql);
  if (!begun_) add_begin();
  if (guard_broken_) add_rollback_to_guard();
  if (guard) add("SAVEPOINT guard", PostgresParameters({}));
  const std::size_t place = add(sql, parameters);
  if (guard) add("RELEASE guard", PostgresParameters({}));
  auto results = exchange(limit());
  for (const auto& result : results) {
    if (!succeeded(*result)) fail(*result);
  }
  ++done_;
  return std::move(results[place]);
}

void PostgresConnection::add_begin() {
  const PostgresParameters none({});
  begun_ = true;
  add(access_ == Access::write ? "BEGIN ISOLATION LEVEL SERIALIZABLE"
                               : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      none);
  if (options_.prepared_statements) return;  // then the connection itself has the settings
  const auto limit = options_.statement_timeout.count();
  add("SET LOCAL statement_timeout = " + std::to_string(limit), none);
  add("SET LOCAL idle_in_transaction_session_timeout = " + std::to_string(2 * limit), none);
  add("SET LOCAL enable_seqscan = off", none);
}

void PostgresConnection::add_rollback_to_guard() {
  guard_broken_ = false;
  add("ROLLBACK TO guard", PostgresParameters({}));
  add("RELEASE guard", PostgresParameters({}));
}

// The place of its result among those of the round trip.
std::size_t PostgresConnection::add(std::string_view sql, const PostgresParameters& parameters) {
  auto* const prepared = options_.prepared_statements ? statements_.find(sql, parameters) : nullptr;
  try {
    if (prepared == nullptr) {
      wire_.add(std::string(sql), parameters);
      return added_++;
    }
    const bool under_way = std::ranges::find(preparing_, prepared, &Preparing::second) != preparing_.end();
    if (!prepared->ready && !under_way) {
      wire_.add_preparation(prepared->name, prepared->sql, parameters);
      preparing_.emplace_back(added_++, prepared);
    }
    wire_.add_prepared(prepared->name, parameters);
    return added_++;
  } catch (const PostgresLost& loss) {
    lose(loss);
  }
}

PostgresWire::Results PostgresConnection::exchange(base::SteadyPoint limit) {
  const auto preparing = std::exchange(preparing_, {});
  added_ = 0;
  try {
    auto results = wire_.round_trip(limit);
    for (const auto& [place, prepared] : preparing) prepared->ready = succeeded(*results[place]);
    return results;
  } catch (const PostgresLost& loss) {
    lose(loss);
  }
}

void PostgresConnection::commit() {
  if (!begun_) return;
  const telemetry::Span span("COMMIT", telemetry::SpanKind::client);
  try {
    if (guard_broken_) add_rollback_to_guard();
    add("COMMIT", PostgresParameters({}));
    // Its own time: whoever has come so far is not given up on for having been slow.
    const auto results = exchange(now() + options_.statement_timeout + kAnswerTravels);
    for (const auto& result : results) {
      if (!succeeded(*result)) fail(*result);
    }
    if (std::strcmp(PQcmdStatus(results.back().get()), "COMMIT") != 0) {
      fail_for_good(std::make_exception_ptr(base::Unavailable("storage_rolled_back")));
    }
  } catch (const std::exception&) {
    if (state_ == State::gone) state_ = State::gone_at_commit;
  }
}

void PostgresConnection::end_with(std::string_view word) noexcept {
  if (!begun_ || state_ == State::gone || state_ == State::gone_at_commit) return;
  begun_ = false;
  try {
    wire_.add(std::string(word));  // without a name: nobody would hear whether it was prepared
    wire_.send_and_forget();
  } catch (const std::exception&) {
    // Whoever begins the next transaction meets the loss.
  }
}

void PostgresConnection::require_good() {
  if (state_ == State::refused) state_ = State::needs_guard;
  if (state_ == State::failed) std::rethrow_exception(error_);
  if (state_ != State::good) throw PostgresInterrupted();
  if (now() > deadline_) fail_for_good(std::make_exception_ptr(base::Unavailable("storage_timeout")));
}

base::SteadyPoint PostgresConnection::limit() const {
  return std::min(deadline_, now() + options_.statement_timeout) + kAnswerTravels;
}

void PostgresConnection::fail(const pg_result& result) {
  const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
  const auto fault = classify_sqlstate(sqlstate);
  const auto words = loggable(sqlstate, field(result, PG_DIAG_MESSAGE_PRIMARY));
  using Kind = PostgresFault::Kind;
  switch (fault.kind) {
    case Kind::unique:
      if (!guarded_) state_ = State::refused;
      guard_broken_ = guarded_;
      throw UniqueViolation(words);
    case Kind::conflict: state_ = State::conflict; throw PostgresInterrupted();
    case Kind::connection: lose(PostgresLost(fault.reason));
    case Kind::unavailable: fail_for_good(std::make_exception_ptr(base::Unavailable(fault.reason)));
    case Kind::read_only:
      if (access_ == Access::write) lose(PostgresLost("storage_read_only"));  // the primary is another one now
      fail_for_good(std::make_exception_ptr(std::logic_error("a read must not write")));
    case Kind::defect: break;
  }
  fail_for_good(std::make_exception_ptr(std::runtime_error(words)));
}

void PostgresConnection::fail_for_good(std::exception_ptr error) {
  state_ = State::failed;
  error_ = std::move(error);
  std::rethrow_exception(error_);
}

void PostgresConnection::lose(const PostgresLost& loss) {
  state_ = State::gone;
  loss_ = loss;
  throw PostgresInterrupted();
}

}  // namespace gatehouse::db
