#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "platform/db/transaction.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/runtime/task.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::db {

// A database as the stores see it. `fn` gets a Transaction& and is plain, blocking code on one of the database's own
// threads; the caller is suspended meanwhile and resumes on its own loop.
//
// write: as if writes ran one after another. What fn did is durable (on disk) when the caller resumes; when fn throws,
//   nothing of it has happened, and the caller gets what it threw. fn may run more than once if the database asks to
//   retry, so it has no effects of its own.
// read: a consistent snapshot, with every write in it that was answered before; fn must not write.
// read_stale: the same, but the snapshot may be some seconds old: for what is looked at, never for what decides. From a
//   replica where there is one that answers, else from where read reads.
// All throw base::Unavailable when the queue is full or the database can't answer (503 at the edge, never "no"). Then
// nothing has happened; but where the database is a server and is lost while it commits, nobody knows
// ("storage_outcome_unknown"): whoever asks again must bear that it had.
// Thread-safe.
class Database {
 public:
  virtual ~Database() = default;

  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F&, Transaction&>> read(F fn) {
    const telemetry::Span span("db.read");
    runtime::TaskOf<F, Transaction&> task(std::move(fn));
    co_await execute_read(task);
    co_return task.take();
  }

  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F&, Transaction&>> write(F fn) {
    const telemetry::Span span("db.write");
    runtime::TaskOf<F, Transaction&> task(std::move(fn));
    co_await execute_write(task);
    co_return task.take();
  }

  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F&, Transaction&>> read_stale(F fn) {
    const telemetry::Span span("db.read_stale");
    runtime::TaskOf<F, Transaction&> task(std::move(fn));
    co_await execute_read_stale(task);
    co_return task.take();
  }

  // For commands and start-up, which have no event loop: the same on the calling thread.
  template <class F>
  std::invoke_result_t<F&, Transaction&> read_blocking(F fn) {
    runtime::TaskOf<F, Transaction&> task(std::move(fn));
    execute_blocking(task, false);
    return task.take();
  }
  template <class F>
  std::invoke_result_t<F&, Transaction&> write_blocking(F fn) {
    runtime::TaskOf<F, Transaction&> task(std::move(fn));
    execute_blocking(task, true);
    return task.take();
  }

  struct Stats {
    runtime::PoolStats readers;
    runtime::PoolStats writer;
    std::uint64_t commits = 0;    // durable commits: writer.done / commits is the size of a group
    std::uint64_t conflicts = 0;  // transactions that ran again because they lost against another
  };
  [[nodiscard]] virtual Stats stats() const = 0;

  // For migrations and what copies or checks a whole database; a store has one SQL text for all.
  enum class Dialect { sqlite, postgres };
  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;
  // Removes from this machine's logs what was deleted before the call and would still stand there. False: somebody
  // reads an older state at this moment; try again. True where there is no such log in reach: a server's write-ahead
  // log is its operator's business (docs/ops/privacy.md). Blocks, writers for a tenth of a second at most.
  [[nodiscard]] virtual bool forget_deleted() { return true; }
  // Beyond stats(): the breakers of its servers. REQUIRES: the database outlives the last render.
  virtual void register_metrics(telemetry::Metrics& metrics) const { static_cast<void>(metrics); }

 protected:
  using TransactionTask = runtime::Task<Transaction&>;
  virtual boost::asio::awaitable<void> execute_read(TransactionTask& task) = 0;
  virtual boost::asio::awaitable<void> execute_read_stale(TransactionTask& task) { return execute_read(task); }
  virtual boost::asio::awaitable<void> execute_write(TransactionTask& task) = 0;
  virtual void execute_blocking(TransactionTask& task, bool write) = 0;
};

}  // namespace gatehouse::db
