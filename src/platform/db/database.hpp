#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "platform/db/transaction.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/runtime/task.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::db {

// A database as the stores see it. `fn` gets a Transaction& and is plain, blocking code on one of the database's own
// threads; the caller is suspended meanwhile and resumes on its own loop.
//
// write: what fn did is durable (on disk) when the caller resumes; when fn throws, nothing of it has happened, and the
//   caller gets what it threw. fn may run more than once if the database asks to retry, so it has no effects of its
//   own.
// read: a consistent snapshot; fn must not write.
// Both throw base::Unavailable when the queue is full or the database can't answer (503 at the edge, never "no").
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
    std::uint64_t commits = 0;  // durable commits: writer.done / commits is the size of a group
  };
  [[nodiscard]] virtual Stats stats() const = 0;

 protected:
  using TransactionTask = runtime::Task<Transaction&>;
  virtual boost::asio::awaitable<void> execute_read(TransactionTask& task) = 0;
  virtual boost::asio::awaitable<void> execute_write(TransactionTask& task) = 0;
  virtual void execute_blocking(TransactionTask& task, bool write) = 0;
};

}  // namespace gatehouse::db
