#pragma once

#include <exception>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/postgres_error.hpp"
#include "platform/db/postgres_statements.hpp"
#include "platform/db/postgres_wire.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::db {

// One connection and the transaction that is in progress on it. BEGIN travels with the first statement: n statements
// take n + 1 round trips, and none when the function asks nothing. Not thread-safe.
class PostgresConnection final : public Transaction {
 public:
  // write: SERIALIZABLE. read: REPEATABLE READ, READ ONLY (docs/adr/0019).
  enum class Access { read, write };

  // How a transaction stands. What its function does with the exceptions it sees can't change it.
  enum class State {
    good,
    refused,        // a UNIQUE constraint refused a statement, and nothing was asked since
    needs_guard,    // the same, and the function went on: run it again with every write in a savepoint
    conflict,       // lost against another transaction: run it again
    failed,         // a statement failed for good: error() says how
    gone,           // the connection is lost, nothing of the transaction has happened: loss() says how
    gone_at_commit  // the same, but nobody knows what has happened
  };

  // Throws PostgresLost. REQUIRES: `options` outlives it.
  PostgresConnection(const PostgresOptions& options, PostgresRole role) : options_(options), wire_(options, role) {}

  std::int64_t execute(std::string_view sql, std::initializer_list<Value> parameters = {}) override;
  // Without statement_timeout, and the transaction has an hour from here.
  void execute_script(std::string_view sql) override;
  void insert_many(std::string_view table, std::string_view columns, std::span<const Value> values) override;
  [[nodiscard]] bool try_lock(std::string_view name) override;
  void query(std::string_view sql, std::initializer_list<Value> parameters,
             const std::function<void(const Row&)>& on_row) override;

  // Sends nothing yet. `guarded`: each INSERT and UPDATE gets a savepoint, so that the transaction goes on after a
  // UniqueViolation. Not done unasked: it is a subtransaction each, and hardly any function needs it.
  void begin(Access access, base::SteadyPoint deadline, bool guarded);
  void commit();  // waits until the server has answered; state() says how it went
  // Ends the transaction without waiting for the answer, which nobody needs.
  void finish_read() noexcept { end_with("COMMIT"); }
  void rollback() noexcept { end_with("ROLLBACK"); }

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] bool refused_first() const noexcept { return done_ == 0; }  // REQUIRES: state is refused
  [[nodiscard]] std::exception_ptr error() const noexcept { return error_; }
  [[nodiscard]] const PostgresLost& loss() const noexcept { return loss_; }

 private:
  using Preparing = std::pair<std::size_t, PostgresStatements::Prepared*>;  // the place of its result

  PostgresWire::Result run(std::string_view sql, const PostgresParameters& parameters);
  void add_begin();
  void add_rollback_to_guard();
  std::size_t add(std::string_view sql, const PostgresParameters& parameters);
  void require_good();
  PostgresWire::Results exchange(base::SteadyPoint limit);
  [[nodiscard]] base::SteadyPoint limit() const;
  [[noreturn]] void fail(const pg_result& result);
  [[noreturn]] void fail_for_good(std::exception_ptr error);
  [[noreturn]] void lose(const PostgresLost& loss);
  void end_with(std::string_view word) noexcept;

  const PostgresOptions& options_;
  PostgresWire wire_;
  PostgresStatements statements_;
  // Of the round trip that is put together.
  std::size_t added_ = 0;
  std::vector<Preparing> preparing_;
  // Of the transaction in progress.
  Access access_ = Access::read;
  State state_ = State::good;
  bool begun_ = false;  // BEGIN was sent
  bool guarded_ = false;
  bool guard_broken_ = false;  // before anything else, back to the savepoint
  std::size_t done_ = 0;       // statements that succeeded
  base::SteadyPoint deadline_{};
  std::exception_ptr error_;
  PostgresLost loss_{""};
};

}  // namespace gatehouse::db
