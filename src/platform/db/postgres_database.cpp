#include "platform/db/postgres_database.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/base/random.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/db/postgres_shelf.hpp"
#include "platform/db/postgres_worker.hpp"
#include "platform/runtime/pool.hpp"

namespace gatehouse::db {
namespace {

using Access = PostgresConnection::Access;
using boost::asio::awaitable;

constexpr std::size_t kBlockingConnections = 4;  // beside `connections`: housekeeping, commands

// Threads that own a worker each.
class WorkerPool {
 public:
  WorkerPool(PostgresServerState& server, Access access, const char* name, std::size_t threads, std::size_t queue_limit)
      : access_(access),
        pool_({.name = name,
               .threads = threads,
               .queue_limit = queue_limit,
               .max_wait = server.options.statement_timeout}) {
    for (std::size_t i = 0; i < threads; ++i) workers_.emplace_back(server);
  }

  awaitable<void> run(runtime::Task<Transaction&>& task) {
    co_await pool_.run([this, &task](std::size_t worker) { workers_[worker].run(task, access_); });
  }
  [[nodiscard]] runtime::PoolStats stats() const { return pool_.stats(); }

 private:
  const Access access_;
  std::vector<PostgresWorker> workers_;
  runtime::Pool pool_;
};

// A replica must be quicker to give up on: the primary is there to be asked instead.
PostgresOptions replica_options(const PostgresOptions& options) {
  return {.replica_url = options.replica_url.clone(),
          .prepared_statements = options.prepared_statements,
          .statement_timeout = std::max(options.statement_timeout / 5, std::chrono::milliseconds(100)),
          .connect_timeout = std::min<std::chrono::milliseconds>(options.connect_timeout, std::chrono::seconds(2)),
          .on_trouble = options.on_trouble};
}

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(PostgresOptions options)
      : write_threads_(std::max<std::size_t>(1, options.connections / 2)),
        read_threads_(std::max<std::size_t>(1, options.connections - write_threads_)),
        replica_(options.replica_url.empty() ? nullptr
                                             : std::make_unique<PostgresServerState>(
                                                   replica_options(options), PostgresRole::any, clock_, random_)),
        primary_(std::move(options), PostgresRole::primary, clock_, random_),
        shelf_(primary_, kBlockingConnections),
        writers_(primary_, Access::write, "storage_write", write_threads_, primary_.options.write_queue_limit),
        readers_(primary_, Access::read, "storage", read_threads_, primary_.options.read_queue_limit) {
    if (!replica_) return;
    stale_readers_ = std::make_unique<WorkerPool>(*replica_, Access::read, "storage_stale", read_threads_,
                                                  primary_.options.read_queue_limit);
  }

  [[nodiscard]] Stats stats() const override {
    return {.readers = readers_.stats(),
            .writer = writers_.stats(),
            .commits = primary_.commits,
            .conflicts = primary_.conflicts};
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgres; }
  void register_metrics(telemetry::Metrics& metrics) const override {
    primary_.breaker.register_metrics(metrics, "storage");
    if (replica_) replica_->breaker.register_metrics(metrics, "storage_replica");
  }

 protected:
  awaitable<void> execute_read(TransactionTask& task) override { co_await readers_.run(task); }
  awaitable<void> execute_write(TransactionTask& task) override { co_await writers_.run(task); }

  awaitable<void> execute_read_stale(TransactionTask& task) override {
    if (stale_readers_ && co_await answered_by_replica(task)) co_return;
    co_await readers_.run(task);
  }

  void execute_blocking(TransactionTask& task, bool write) override {
    shelf_.run(task, write ? Access::write : Access::read);
  }

 private:
  awaitable<bool> answered_by_replica(TransactionTask& task) {
    try {
      co_await stale_readers_->run(task);
      task.rethrow_if_failed();
    } catch (const base::Unavailable&) {
      co_return false;
    } catch (...) {
      // The function's own: the caller gets it from the task.
    }
    co_return true;
  }

  const base::SystemClock clock_;
  base::SystemRandom random_;
  const std::size_t write_threads_;
  const std::size_t read_threads_;
  std::unique_ptr<PostgresServerState> replica_;
  PostgresServerState primary_;
  PostgresShelf shelf_;
  WorkerPool writers_;
  WorkerPool readers_;
  std::unique_ptr<WorkerPool> stale_readers_;
};

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

void require_usable(const char* setting, const base::Secret& url) {
  if (const auto problem = problem_of_postgres_url(url))
    throw std::runtime_error(std::string(setting) + ' ' + *problem);
}

}  // namespace

std::optional<std::string> problem_of_postgres_url(const base::Secret& url) {
  const std::string_view text = url.expose();
  if (!text.starts_with("postgresql://") && !text.starts_with("postgres://")) {
    return "does not begin with postgresql://";
  }
  if (text.find('\0') != std::string_view::npos) return "holds a NUL";
  char* words = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> parsed(PQconninfoParse(text.data(), &words));
  PQfreemem(words);  // quotes the URL
  if (!parsed) return "is no PostgreSQL URL: postgresql://user:password@host:port/database?sslmode=verify-full";
  return std::nullopt;
}

std::unique_ptr<Database> open_postgres(PostgresOptions options) {
  require_usable("database.url", options.url);
  if (!options.replica_url.empty()) require_usable("database.replica_url", options.replica_url);
  return std::make_unique<PostgresDatabase>(std::move(options));
}

}  // namespace gatehouse::db
