#include "platform/db/postgres_wire.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

namespace gatehouse::db {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// What a connection is told once, at its start; behind a pooler each transaction says it (postgres_connection.cpp).
// Small tables are read through their indexes, too: a scan of the whole table would predicate-lock the whole table, and
// every two transactions on it would conflict (PostgreSQL, section 13.2.3).
std::string session_settings(const PostgresOptions& options) {
  return "-c statement_timeout=" + std::to_string(options.statement_timeout.count()) +
         " -c idle_in_transaction_session_timeout=" + std::to_string(2 * options.statement_timeout.count()) +
         " -c enable_seqscan=off -c jit=off";
}

std::string whole_seconds(milliseconds time) {
  return std::to_string(std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(time).count()));
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

// `options` of the URL, which come after ours and so count more.
std::string options_in(const base::Secret& url) {
  const std::unique_ptr<PQconninfoOption, FreeOptions> all(PQconninfoParse(url.expose().data(), nullptr));
  for (const PQconninfoOption* option = all.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "options" && option->val != nullptr) return std::string(" ") + option->val;
  }
  return {};
}

// `prefer-standby` goes round twice, which costs a frozen host two timeouts: only where there is a choice.
const char* wanted(const base::Secret& url, PostgresRole role) {
  if (role == PostgresRole::primary) return "read-write";
  return url.expose().find(',') != std::string_view::npos ? "prefer-standby" : "any";
}

PGconn* connect(const PostgresOptions& options, PostgresRole role) {
  const base::Secret& url = role == PostgresRole::primary ? options.url : options.replica_url;
  const std::string settings = session_settings(options) + options_in(url);
  const std::string timeout = whole_seconds(options.connect_timeout);
  // A peer that vanished without a word: the kernel gives up on unanswered data after this long.
  const std::string silence = std::to_string(options.statement_timeout.count());
  using Word = std::pair<const char*, const char*>;
  std::vector<Word> words{{"dbname", url.expose().data()},  // a Secret ends with NUL, as every std::string does
                          {"connect_timeout", timeout.c_str()},  {"target_session_attrs", wanted(url, role)},
                          {"client_encoding", "UTF8"},           {"fallback_application_name", "gatehouse"},
                          {"tcp_user_timeout", silence.c_str()}, {"keepalives_idle", "5"},
                          {"keepalives_interval", "2"},          {"keepalives_count", "3"}};
  if (options.prepared_statements) words.emplace_back("options", settings.c_str());
  words.emplace_back(nullptr, nullptr);
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : words) {
    keys.push_back(key);
    values.push_back(value);
  }
  return PQconnectdbParams(keys.data(), values.data(), 1);
}

void ignore_notice(void*, const pg_result*) {}

}  // namespace

const PostgresParameters PostgresWire::kNone({});

void PostgresWire::Clear::operator()(pg_result* result) const noexcept { PQclear(result); }

PostgresWire::PostgresWire(const PostgresOptions& options, PostgresRole role) : connection_(connect(options, role)) {
  const bool ready = PQstatus(connection_) == CONNECTION_OK && PQsetnonblocking(connection_, 1) == 0 &&
                     PQenterPipelineMode(connection_) == 1;
  if (!ready) {
    if (options.on_trouble) options.on_trouble(words());
    PQfinish(connection_);
    throw PostgresLost("storage_unreachable");
  }
  PQsetNoticeReceiver(connection_, ignore_notice, nullptr);  // libpq would write them to standard error
}

PostgresWire::~PostgresWire() { PQfinish(connection_); }

void PostgresWire::add(const std::string& sql, const PostgresParameters& p) {
  check(PQsendQueryParams(connection_, sql.c_str(), p.count(), p.types(), p.values(), p.lengths(), p.formats(), 1));
}

void PostgresWire::add_preparation(const std::string& name, const std::string& sql, const PostgresParameters& p) {
  check(PQsendPrepare(connection_, name.c_str(), sql.c_str(), p.count(), p.types()));
}

void PostgresWire::add_prepared(const std::string& name, const PostgresParameters& p) {
  check(PQsendQueryPrepared(connection_, name.c_str(), p.count(), p.values(), p.lengths(), p.formats(), 1));
}

void PostgresWire::check(int sent) {
  if (sent == 0) throw PostgresLost("storage_lost");
  ++added_;
}

void PostgresWire::sync() {
  if (PQpipelineSync(connection_) == 0) throw PostgresLost("storage_lost");
  added_ = 0;
}

PostgresWire::Results PostgresWire::round_trip(base::SteadyPoint deadline) {
  Results results;
  results.reserve(added_);
  sync();
  for (bool between = false;;) {
    Result result(next(deadline));
    if (PQstatus(connection_) == CONNECTION_BAD) throw PostgresLost("storage_lost");
    if (!result) {  // libpq's mark behind each statement; twice: it expects nothing more
      if (std::exchange(between, true)) throw PostgresLost("storage_lost");
      continue;
    }
    between = false;
    if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) {
      if (forgotten_ == 0) results.push_back(std::move(result));
      continue;
    }
    if (forgotten_ == 0) return results;
    --forgotten_;
  }
}

void PostgresWire::send_and_forget() noexcept {
  try {
    sync();
    ++forgotten_;
    PQflush(connection_);
  } catch (const PostgresLost&) {
  }
}

void PostgresWire::start_alone(const std::string& sql, base::SteadyPoint deadline) {
  if (forgotten_ > 0) (void)round_trip(deadline);
  if (PQexitPipelineMode(connection_) == 0 || PQsendQuery(connection_, sql.c_str()) == 0) {
    throw PostgresLost("storage_lost");
  }
}

PostgresWire::Result PostgresWire::finish_alone(base::SteadyPoint deadline) {
  Result last;
  while (Result result{next(deadline)}) {
    if (!last || PQresultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(result);
  }
  if (PQstatus(connection_) == CONNECTION_BAD || PQenterPipelineMode(connection_) == 0) {
    throw PostgresLost("storage_lost");
  }
  return last;
}

PostgresWire::Result PostgresWire::run_script(const std::string& sql, base::SteadyPoint deadline) {
  start_alone(sql, deadline);
  return finish_alone(deadline);
}

void PostgresWire::wait(short events, base::SteadyPoint deadline) {
  pollfd descriptor{PQsocket(connection_), events, 0};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) throw PostgresLost("storage_timeout", true);
    const int ready = ::poll(&descriptor, 1, static_cast<int>(left.count()));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw PostgresLost("storage_lost");
  }
}

pg_result* PostgresWire::next(base::SteadyPoint deadline) {
  for (;;) {
    const int unsent = PQflush(connection_);
    if (unsent < 0) {
      // What the server said before it hung up may still be there to be read.
      if (PQconsumeInput(connection_) == 0 || PQisBusy(connection_) != 0) throw PostgresLost("storage_lost");
    }
    if (PQisBusy(connection_) == 0) return PQgetResult(connection_);
    wait(static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), deadline);
    if (PQconsumeInput(connection_) == 0) throw PostgresLost("storage_lost");
  }
}

std::string PostgresWire::words() const {
  std::string text = PQerrorMessage(connection_);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace gatehouse::db
