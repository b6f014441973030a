// Durable writes as a refresh makes them: a conditional update of one random row of a large table, by its 16-byte key.
// Arguments: callers at once (0: one write after another), sessions in the table.
//
// With GATEHOUSE_BENCH_POSTGRES, a URL of an empty database or of one that this has filled, on PostgreSQL, too.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "platform/base/random.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "platform/db/sqlite_database.hpp"

namespace gatehouse {
namespace {

using boost::asio::awaitable;
using db::Transaction;

// A database with sessions in it, each of an account of its own: SQLite's in a folder that goes with the object, or
// PostgreSQL's at GATEHOUSE_BENCH_POSTGRES, which is filled when it is empty and stays.
class Sessions {
 public:
  enum class On { sqlite, postgres };

  explicit Sessions(std::int64_t count, On on = On::sqlite) {
    if (on == On::sqlite) {
      std::string name = (std::filesystem::temp_directory_path() / "gatehouse-bench-XXXXXX").string();
      folder_ = ::mkdtemp(name.data());
      database_ = db::open_sqlite({.path = folder_ + "/bench.db"});
    } else {
      // GATEHOUSE_BENCH_PREPARED=0: as behind a pooler.
      const char* const prepared = std::getenv("GATEHOUSE_BENCH_PREPARED");
      const char* const connections = std::getenv("GATEHOUSE_BENCH_CONNECTIONS");
      database_ = db::open_postgres(
          {.url = base::Secret(std::string_view(std::getenv("GATEHOUSE_BENCH_POSTGRES"))),
           .connections = connections != nullptr ? static_cast<std::size_t>(std::atoi(connections)) : 8,
           .prepared_statements = prepared == nullptr || *prepared != '0'});
    }
    db::migrate(*database_, base::SystemClock());
    load();
    if (ids_.empty()) fill(count);
  }
  ~Sessions() {
    database_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  [[nodiscard]] db::Database& database() { return *database_; }
  [[nodiscard]] const std::string& any() { return ids_[engine_() % ids_.size()]; }

  // What SessionStore::rotate_refresh_counter does when it succeeds.
  static std::int64_t rotate(Transaction& t, const std::string& id) {
    const auto account = t.query_one(
        "UPDATE session SET counter = counter + 1, rotated_at = $2, last_used_at = $2, "
        "idle_expires_at = CASE WHEN $3 < expires_at THEN $3 ELSE expires_at END "
        "WHERE id = $1 AND ended_at IS NULL AND idle_expires_at > $2 "
        "RETURNING account_id, amr, auth_time, idle_expires_at",
        {db::Blob{id}, 1, 1'000'000'000}, [](const db::Row& row) { return row.blob(0); });
    return *t.query_one("SELECT state, epoch, roles, data_key_seed FROM account WHERE id = $1", {db::Blob{*account}},
                        [](const db::Row& row) { return row.integer(1); });
  }
  static std::int64_t read(Transaction& t, const std::string& id) {
    return *t.query_one("SELECT counter FROM session WHERE id = $1", {db::Blob{id}},
                        [](const db::Row& row) { return row.integer(0); });
  }

 private:
  void load() {
    database_->write_blocking([&](Transaction& t) {
      ids_.clear();
      t.query("SELECT id FROM session", {}, [&](const db::Row& row) { ids_.push_back(row.blob(0)); });
    });
  }
  void fill(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) ids_.push_back(random_.bytes(16));
    std::sort(ids_.begin(), ids_.end());  // inserts in order are quick
    constexpr std::size_t kStep = 10'000;
    for (std::size_t first = 0; first < ids_.size(); first += kStep) {
      const auto last = std::min(first + kStep, ids_.size());
      database_->write_blocking([&](Transaction& t) { add(t, first, last); });
    }
  }
  void add(Transaction& t, std::size_t first, std::size_t last) {
    const std::string bytes(150, 'c');
    std::vector<std::string> names;
    for (auto i = first; i < last; ++i) names.push_back("member-" + std::to_string(i));
    std::vector<db::Value> accounts, sessions;
    for (auto i = first; i < last; ++i) {
      const std::string_view name = names[i - first];
      const db::Blob id{ids_[i]};
      accounts.insert(accounts.end(), {id, name, "", id, db::Blob{bytes}, "a", 0});
      sessions.insert(sessions.end(), {id, id, 0, 0, 0, 0, db::Blob{bytes}, "pwd", 0, 1'000, 1'000'000'000});
    }
    t.insert_many("account", "id, username, username_skeleton, data_key_seed, password_hash, state, updated_at",
                  accounts);
    t.insert_many("session",
                  "id, account_id, created_at, last_used_at, counter, rotated_at, client_sealed, amr, auth_time, "
                  "idle_expires_at, expires_at",
                  sessions);
  }

  base::SystemRandom random_;
  std::mt19937_64 engine_{1};
  std::string folder_;
  std::vector<std::string> ids_;
  std::unique_ptr<db::Database> database_;
};

void one_by_one(benchmark::State& state) {
  Sessions sessions(state.range(1));
  for (auto _ : state) {
    const auto& id = sessions.any();
    sessions.database().write_blocking([&](Transaction& t) { return Sessions::rotate(t, id); });
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(one_by_one)->Args({0, 10'000})->MeasureProcessCPUTime()->UseRealTime();

void report_groups(benchmark::State& state, const db::Database::Stats& before, const db::Database::Stats& after) {
  state.SetItemsProcessed(state.iterations());
  const auto commits = static_cast<double>(after.commits - before.commits);
  if (commits > 0) state.counters["group"] = static_cast<double>(after.writer.done - before.writer.done) / commits;
}

constexpr std::int64_t kBatch = 20'000;

// `callers` coroutines on one loop, each in step with its own answers, as so many connections would be.
template <class Step>
void run_callers(benchmark::State& state, Sessions& sessions, Step step, std::int64_t batch = kBatch) {
  boost::asio::io_context loop(1);
  const auto before = sessions.database().stats();
  std::int64_t left = 0;
  std::vector<double> milliseconds;
  const auto caller = [&]() -> awaitable<void> {
    while (left-- > 0) {
      const auto start = std::chrono::steady_clock::now();
      co_await step(sessions);
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
  };
  while (state.KeepRunningBatch(batch)) {
    left = batch;
    for (std::int64_t i = 0; i < state.range(0); ++i) boost::asio::co_spawn(loop, caller, boost::asio::detached);
    loop.run();
    loop.restart();
  }
  report_groups(state, before, sessions.database().stats());
  std::sort(milliseconds.begin(), milliseconds.end());
  state.counters["p50_ms"] = milliseconds[milliseconds.size() / 2];
  state.counters["p99_ms"] = milliseconds[milliseconds.size() * 99 / 100];
  state.counters["max_ms"] = milliseconds.back();
}

void rotations(benchmark::State& state) {
  Sessions sessions(state.range(1));
  run_callers(state, sessions, [](Sessions& s) -> awaitable<void> {
    const auto& id = s.any();
    co_await s.database().write([&](Transaction& t) { return Sessions::rotate(t, id); });
  });
}
BENCHMARK(rotations)
    ->Args({64, 10'000})
    ->Args({64, 1'000'000})
    ->Args({256, 1'000'000})
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void reads(benchmark::State& state) {
  Sessions sessions(state.range(1));
  run_callers(state, sessions, [](Sessions& s) -> awaitable<void> {
    const auto& id = s.any();
    co_await s.database().read([&](Transaction& t) { return Sessions::read(t, id); });
  });
}
BENCHMARK(reads)->Args({64, 100'000})->MeasureProcessCPUTime()->UseRealTime();

void report_conflicts(benchmark::State& state, const db::Database& database) {
  state.counters["conflicts"] = static_cast<double>(database.stats().conflicts);
}

void postgres_rotations(benchmark::State& state) {
  Sessions sessions(state.range(1), Sessions::On::postgres);
  run_callers(state, sessions, [](Sessions& s) -> awaitable<void> {
    const auto& id = s.any();
    co_await s.database().write([&](Transaction& t) { return Sessions::rotate(t, id); });
  });
  report_conflicts(state, sessions.database());
}

void postgres_reads(benchmark::State& state) {
  Sessions sessions(state.range(1), Sessions::On::postgres);
  run_callers(state, sessions, [](Sessions& s) -> awaitable<void> {
    const auto& id = s.any();
    co_await s.database().read([&](Transaction& t) { return Sessions::read(t, id); });
  });
}

// Every caller turns the same session: what contention costs.
void postgres_hot_row(benchmark::State& state) {
  Sessions sessions(state.range(1), Sessions::On::postgres);
  const auto id = sessions.any();
  run_callers(
      state, sessions,
      [id](Sessions& s) -> awaitable<void> {
        co_await s.database().write([&](Transaction& t) { return Sessions::rotate(t, id); });
      },
      1'000);
  report_conflicts(state, sessions.database());
}

const bool kWithPostgres = [] {
  if (std::getenv("GATEHOUSE_BENCH_POSTGRES") == nullptr) return false;
  const auto add = [](const char* name, void (*run)(benchmark::State&), std::int64_t callers) {
    benchmark::RegisterBenchmark(name, run)->Args({callers, 100'000})->MeasureProcessCPUTime()->UseRealTime();
  };
  for (const std::int64_t callers : {1, 16, 64, 256}) add("postgres_rotations", postgres_rotations, callers);
  add("postgres_reads", postgres_reads, 64);
  add("postgres_hot_row", postgres_hot_row, 16);
  return true;
}();

}  // namespace
}  // namespace gatehouse
