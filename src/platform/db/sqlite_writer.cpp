#include "platform/db/sqlite_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::db {
namespace {

// Of 4 KiB. Longer: fewer waits for the disk and hot pages moved once for many changes; but more to read at the start.
constexpr int kCheckpointPages = 4000;

base::SteadyPoint steady_now() { return std::chrono::steady_clock::now(); }
double seconds(base::SteadyPoint::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteConnection> connection,
                           std::unique_ptr<SqliteCheckpointer> checkpointer, Limits limits)
    : connection_(std::move(connection)), checkpointer_(std::move(checkpointer)), limits_(limits) {
  waiting_.reserve(limits_.queue);  // enqueue must not fail for want of memory
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "storage-writer");
}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_one();
  thread_.join();
  checkpointer_.reset();
  connection_->checkpoint();
}

void SqliteWriter::enqueue(WriteTask& task, std::unique_ptr<runtime::Resume> resume) noexcept {
  task.resume_ = std::move(resume);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= limits_.queue) {
      ++stats_.refused;
      task.fail(std::make_exception_ptr(base::Unavailable("storage_queue_full")));
      task.finish();
      return;
    }
    task.queued_at = steady_now();
    waiting_.push_back(&task);
    wake = std::exchange(idle_, false);
  }
  if (wake) ready_.notify_one();
}

runtime::PoolStats SqliteWriter::stats() const {
  const std::lock_guard lock(mutex_);
  auto stats = stats_;
  stats.depth = waiting_.size();
  return stats;
}

std::uint64_t SqliteWriter::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

void SqliteWriter::work() {
  Group group;
  while (take_group(group)) {
    run_group(group);
    if (checkpointer_) keep_log_short();
  }
}

void SqliteWriter::keep_log_short() {
  if (checkpointer_->take_finished()) {
    connection_->checkpoint();
  } else if (connection_->log_pages() >= kCheckpointPages) {
    checkpointer_->request();
  }
}

bool SqliteWriter::take_group(Group& group) {
  std::unique_lock lock(mutex_);
  while (waiting_.empty() && !stopping_) {
    idle_ = true;
    ready_.wait(lock, [this] { return !idle_ || stopping_; });
  }
  const auto size = std::min(waiting_.size(), limits_.group);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
  group.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  group_started_ = steady_now();
  stats_.busy = size;
  for (const auto* task : group) stats_.wait_seconds_total += seconds(group_started_ - task->queued_at);
  return !group.empty();
}

void SqliteWriter::run_group(Group& group) {
  while (!group.empty()) {
    try {
      commit_or_fail(group);
    } catch (const std::exception& error) {
      // Nobody in the group may believe anything, not even a refusal: it may rest on a row that is not there now.
      connection_->rollback();
      for (auto* task : group) task->fail(std::make_exception_ptr(base::Unavailable(error.what())));
      finish(group, false);
    }
  }
}

void SqliteWriter::commit_or_fail(Group& group) {
  connection_->begin_write();
  const auto culprit = run_tasks(group);
  if (!culprit) {
    try {
      connection_->commit();
    } catch (const std::exception&) {
      throw base::Unavailable("storage_commit_failed");
    }
    finish(group, true);
    return;
  }
  // SQLite undid the whole transaction because of one write (full disk, I/O error): the others start again without it.
  Group alone{group[*culprit]};
  group.erase(group.begin() + static_cast<std::ptrdiff_t>(*culprit));
  if (!alone.front()->failed()) {
    alone.front()->fail(std::make_exception_ptr(base::Unavailable("storage_rolled_back")));
  }
  finish(alone, false);
}

// The index of the write that took the whole transaction with it, if one did.
std::optional<std::size_t> SqliteWriter::run_tasks(const Group& group) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i]->fail(nullptr);  // of an earlier attempt
    if (!run_in_savepoint(*group[i])) return i;
  }
  return std::nullopt;
}

// False when no transaction is left.
bool SqliteWriter::run_in_savepoint(WriteTask& task) {
  connection_->set_savepoint();
  task.run(*connection_);
  if (!connection_->in_transaction()) return false;
  if (task.failed()) {
    connection_->rollback_to_savepoint();
  } else {
    connection_->release_savepoint();
  }
  return true;
}

void SqliteWriter::finish(Group& group, bool committed) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = steady_now();
    stats_.busy_seconds_total += seconds(now - std::exchange(group_started_, now));
    stats_.busy -= group.size();
    stats_.done += group.size();
    commits_ += committed ? 1 : 0;
  }
  for (auto* task : group) task->finish();
  group.clear();
}

}  // namespace gatehouse::db
