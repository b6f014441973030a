#include "platform/db/postgres_worker.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::db {
namespace {

using State = PostgresConnection::State;

constexpr int kMaxConflicts = 100;
constexpr int kLongestWaitMs = 32;

base::SteadyPoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

void PostgresWorker::run(TransactionTask& task, Access access) {
  Attempt attempt{.access = access, .deadline = now() + 2 * server_.options.statement_timeout};
  server_.budget.call();
  try {
    while (!try_once(task, attempt)) continue;
  } catch (const base::Unavailable&) {
    task.fail(std::current_exception());
  }
}

// True when the task has its result or its failure.
bool PostgresWorker::try_once(TransactionTask& task, Attempt& attempt) {
  auto permit = server_.breaker.admit();
  if (!permit) throw base::Unavailable("storage_away");
  const bool fresh = connection_ == nullptr;
  if (fresh) connect(*permit);
  connection_->begin(attempt.access, attempt.deadline, attempt.guarded);
  task.fail(nullptr);  // of an earlier attempt
  task.run(*connection_);
  end_transaction(task, attempt);

  const State state = connection_->state();
  if (state != State::gone && state != State::gone_at_commit) {
    permit->succeeded();
    return settle(task, attempt);
  }
  const PostgresLost loss = connection_->loss();
  connection_.reset();
  if (server_.options.on_trouble) server_.options.on_trouble(loss.reason);
  if (fresh || loss.timed_out) permit->failed();
  if (state == State::gone_at_commit) throw base::Unavailable("storage_outcome_unknown");
  if (loss.timed_out || std::exchange(attempt.lost_before, true) || !server_.budget.try_retry()) {
    throw base::Unavailable(loss.reason);
  }
  return false;
}

void PostgresWorker::connect(limits::CircuitBreaker::Permit& permit) {
  try {
    connection_ = std::make_unique<PostgresConnection>(server_.options, server_.role);
  } catch (const PostgresLost& loss) {
    permit.failed();
    throw base::Unavailable(loss.reason);
  }
}

void PostgresWorker::end_transaction(const TransactionTask& task, const Attempt& attempt) {
  if (connection_->state() != State::good || task.failed()) {
    connection_->rollback();
  } else if (attempt.access == Access::read) {
    connection_->finish_read();
  } else {
    connection_->commit();
    if (connection_->state() == State::good) ++server_.commits;
  }
}

bool PostgresWorker::settle(TransactionTask& task, Attempt& attempt) {
  switch (connection_->state()) {
    case State::refused:
      // The function took the refusal for its answer. Nothing stood before it, so nothing of it was undone.
      if (task.failed() || connection_->refused_first()) return true;
      [[fallthrough]];
    case State::needs_guard: attempt.guarded = true; return false;
    case State::conflict: wait_after_conflict(attempt); return false;
    case State::failed:
      if (!task.failed()) task.fail(connection_->error());
      return true;
    default: return true;
  }
}

// At random, longer each time: those who met once must not meet again.
void PostgresWorker::wait_after_conflict(Attempt& attempt) {
  ++server_.conflicts;
  if (++attempt.conflicts > kMaxConflicts || now() > attempt.deadline) throw base::Unavailable("storage_conflict");
  const int longest = std::min(1 << std::min(attempt.conflicts, 10), kLongestWaitMs);
  const auto byte = static_cast<unsigned char>(server_.random.bytes(1)[0]);
  std::this_thread::sleep_for(std::chrono::microseconds(longest * 1000 * byte / 256));
}

}  // namespace gatehouse::db
