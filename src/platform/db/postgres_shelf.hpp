#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/base/unavailable.hpp"
#include "platform/db/postgres_worker.hpp"

namespace gatehouse::db {

// Workers lent to threads that wait for their transaction themselves: commands, start-up, the housekeeper. At most
// `limit` at a time; their connections stay for the next. Thread-safe.
class PostgresShelf {
 public:
  PostgresShelf(PostgresServerState& server, std::size_t limit) : server_(server), left_(limit) {}

  // Waits up to statement_timeout for a worker; then base::Unavailable("storage_queue_full").
  void run(PostgresWorker::TransactionTask& task, PostgresWorker::Access access) {
    auto worker = take();
    worker->run(task, access);
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(worker));
      ++left_;
    }
    returned_.notify_one();
  }

 private:
  std::unique_ptr<PostgresWorker> take() {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_for(lock, server_.options.statement_timeout, [this] { return left_ > 0; })) {
      throw base::Unavailable("storage_queue_full");
    }
    --left_;
    if (idle_.empty()) return std::make_unique<PostgresWorker>(server_);
    auto worker = std::move(idle_.back());
    idle_.pop_back();
    return worker;
  }

  PostgresServerState& server_;
  std::mutex mutex_;
  std::condition_variable returned_;
  // Guarded by mutex_.
  std::vector<std::unique_ptr<PostgresWorker>> idle_;
  std::size_t left_;
};

}  // namespace gatehouse::db
