// Durable writes as a refresh makes them: a conditional update of one random row of a large table, by its 16-byte key.
// Arguments: callers at once (0: one write after another), sessions in the table.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "platform/base/random.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/sqlite_database.hpp"

namespace gatehouse {
namespace {

using boost::asio::awaitable;
using db::Transaction;

class Sessions {
 public:
  explicit Sessions(std::int64_t count) {
    std::string name = (std::filesystem::temp_directory_path() / "gatehouse-bench-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    database_ = db::open_sqlite({.path = folder_ + "/bench.db"});
    db::migrate(*database_, base::SystemClock());
    database_->write_blocking([&](Transaction& t) {
      t.execute(
          "INSERT INTO account (id, username, username_skeleton, password_hash, state, created_at, updated_at) "
          "VALUES ($1, 'a', 'a', 'x', 'active', 0, 0)",
          {db::Blob{std::string(16, 'a')}});
      for (std::int64_t i = 0; i < count; ++i) ids_.push_back(random_.bytes(16));
      std::sort(ids_.begin(), ids_.end());  // inserts in order are quick
      for (const auto& id : ids_) add(t, id);
    });
  }
  ~Sessions() {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  [[nodiscard]] db::Database& database() { return *database_; }
  [[nodiscard]] const std::string& any() { return ids_[engine_() % ids_.size()]; }

  static std::int64_t rotate(Transaction& t, const std::string& id) {
    const auto counter = t.query_one("SELECT counter FROM session WHERE id = $1 AND ended_at IS NULL", {db::Blob{id}},
                                     [](const db::Row& row) { return row.integer(0); });
    return t.execute(
        "UPDATE session SET counter = counter + 1, last_used_at = $3, rotated_at = $3, idle_expires_at = $3 "
        "WHERE id = $1 AND counter = $2 AND ended_at IS NULL",
        {db::Blob{id}, *counter, 1});
  }
  static std::int64_t read(Transaction& t, const std::string& id) {
    return *t.query_one("SELECT counter FROM session WHERE id = $1", {db::Blob{id}},
                        [](const db::Row& row) { return row.integer(0); });
  }

 private:
  static void add(Transaction& t, const std::string& id) {
    t.execute(
        "INSERT INTO session (id, account_id, created_at, last_used_at, counter, rotated_at, client_sealed, amr, "
        "auth_time, idle_expires_at, expires_at) VALUES ($1, $2, 0, 0, 0, 0, $3, 'pwd', 0, 0, 1)",
        {db::Blob{id}, db::Blob{std::string(16, 'a')}, db::Blob{std::string(150, 'c')}});
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

// `callers` coroutines on one loop, each in step with its own answers, as so many connections would be.
template <class Step>
void run_callers(benchmark::State& state, Sessions& sessions, Step step) {
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
  while (state.KeepRunningBatch(20'000)) {
    left = 20'000;
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

}  // namespace
}  // namespace gatehouse
