#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "platform/db/sqlite_checkpointer.hpp"
#include "platform/db/sqlite_connection.hpp"
#include "platform/runtime/pool.hpp"
#include "platform/runtime/task.hpp"

namespace gatehouse::db {

// The one thread that writes. It takes every write that waits (up to group_limit) into one transaction, so that they
// share the wait for the disk; a write that comes alone starts at once. Each has a savepoint of its own: one that
// throws is undone alone, and its caller gets what it threw. When the commit fails, each of the group gets
// base::Unavailable("storage_commit_failed"), and when it can't begin, what kept it from that ("storage_busy"); then
// nothing of the group has happened.
// Thread-safe.
class SqliteWriter {
 public:
  using WriteTask = runtime::Task<Transaction&>;
  struct Limits {
    std::size_t queue = 1024;
    std::size_t group = 64;
  };

  // `checkpointer`: nullptr for a database without a log.
  SqliteWriter(std::unique_ptr<SqliteConnection> connection, std::unique_ptr<SqliteCheckpointer> checkpointer,
               Limits limits);
  ~SqliteWriter();  // finishes the writes that wait, then closes the connection
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  // Hands the task over; it is finished on the writer's thread, or at once, as failed with
  // base::Unavailable("storage_queue_full"), when the queue is full.
  void enqueue(WriteTask& task, std::unique_ptr<runtime::Resume> resume) noexcept;

  [[nodiscard]] runtime::PoolStats stats() const;
  [[nodiscard]] std::uint64_t commits() const;

 private:
  using Group = std::vector<WriteTask*>;

  void work();
  bool take_group(Group& group);
  void run_group(Group& group);
  void commit_or_fail(Group& group);
  std::optional<std::size_t> run_tasks(const Group& group);
  bool run_in_savepoint(WriteTask& task);
  void finish(Group& group, bool committed);
  void keep_log_short();

  const std::unique_ptr<SqliteConnection> connection_;
  std::unique_ptr<SqliteCheckpointer> checkpointer_;
  const Limits limits_;

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  // Guarded by mutex_.
  Group waiting_;
  runtime::PoolStats stats_;
  std::uint64_t commits_ = 0;
  base::SteadyPoint group_started_{};
  bool idle_ = false;  // the thread sleeps and wants to be woken
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace gatehouse::db
