#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "platform/base/random.hpp"
#include "platform/db/postgres_connection.hpp"
#include "platform/limits/circuit_breaker.hpp"
#include "platform/limits/retry_budget.hpp"
#include "platform/runtime/task.hpp"

namespace gatehouse::db {

// What all workers of one server share. Thread-safe.
struct PostgresServerState {
  PostgresServerState(PostgresOptions of, PostgresRole the_role, const base::Clock& clock, base::Random& a_random)
      : options(std::move(of)),
        role(the_role),
        random(a_random),
        breaker({.failures = 3, .cool_down = std::chrono::milliseconds(250), .max_cool_down = std::chrono::seconds(2)},
                clock, a_random),
        budget({.share = 0.1, .per_second = 10, .max_saved = 50}, clock) {}

  const PostgresOptions options;
  const PostgresRole role;
  base::Random& random;
  limits::CircuitBreaker breaker;  // connections that can't be made, answers that don't come
  limits::RetryBudget budget;      // transactions that run again because a connection was lost
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> conflicts{0};  // transactions that lost against another and ran again
};

// A connection that is opened when it is first needed and again after it was lost, and what runs transactions on it to
// their end. Not thread-safe: each thread has its own. REQUIRES: `server` outlives it.
class PostgresWorker {
 public:
  using TransactionTask = runtime::Task<Transaction&>;
  using Access = PostgresConnection::Access;

  explicit PostgresWorker(PostgresServerState& server) : server_(server) {}

  // Runs the task until it has its result or its failure; takes 2 × statement_timeout and one commit at most.
  //
  // Again: when it lost against another transaction (as long as there is time), and when the connection was lost before
  // COMMIT was sent (once, from the retry budget: a server that restarted leaves many such connections).
  // base::Unavailable: no connection (`storage_unreachable`, at once as `storage_away` while that is known), no answer
  // (`storage_timeout`), `storage_conflict`, whatever else kept the server (`storage_full` …); and
  // `storage_outcome_unknown` when the connection was lost while the server committed.
  void run(TransactionTask& task, Access access);

 private:
  struct Attempt {
    Access access;
    base::SteadyPoint deadline;
    bool guarded = false;
    bool lost_before = false;
    int conflicts = 0;
  };

  bool try_once(TransactionTask& task, Attempt& attempt);
  void connect(limits::CircuitBreaker::Permit& permit);
  void end_transaction(const TransactionTask& task, const Attempt& attempt);
  bool settle(TransactionTask& task, Attempt& attempt);
  void wait_after_conflict(Attempt& attempt);

  PostgresServerState& server_;
  std::unique_ptr<PostgresConnection> connection_;
};

}  // namespace gatehouse::db
