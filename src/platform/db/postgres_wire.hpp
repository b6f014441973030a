#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/postgres_options.hpp"
#include "platform/db/postgres_parameters.hpp"

struct pg_conn;
struct pg_result;

namespace gatehouse::db {

// Which server of those in the URL.
enum class PostgresRole { primary, any };  // any: one in recovery, if there is one

// The connection is gone, or the server did not answer in time. Its state there is unknown.
struct PostgresLost final : std::exception {
  explicit PostgresLost(const char* why, bool late = false) : reason(why), timed_out(late) {}
  const char* reason;
  bool timed_out;
  [[nodiscard]] const char* what() const noexcept override { return reason; }
};

// One libpq connection in pipeline mode: statements are added, then travel together, and one wait brings all their
// results. No wait is longer than its deadline, whatever the server does. Not thread-safe.
class PostgresWire {
 public:
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };
  using Result = std::unique_ptr<pg_result, Clear>;
  using Results = std::vector<Result>;

  // Connects; blocks for the connect timeout of each host at most. Throws PostgresLost.
  PostgresWire(const PostgresOptions& options, PostgresRole role);
  ~PostgresWire();
  PostgresWire(const PostgresWire&) = delete;
  PostgresWire& operator=(const PostgresWire&) = delete;

  void add(const std::string& sql, const PostgresParameters& parameters);
  void add(const std::string& sql) { add(sql, kNone); }
  void add_preparation(const std::string& name, const std::string& sql, const PostgresParameters& parameters);
  void add_prepared(const std::string& name, const PostgresParameters& parameters);

  // Sends what was added and waits: one result a statement, in order. After one that failed the server skips the rest.
  // Throws PostgresLost.
  Results round_trip(base::SteadyPoint deadline);
  // Sends what was added without waiting; the next round_trip waits for it, too, and drops the results. Never throws:
  // who comes next meets the loss.
  void send_and_forget() noexcept;
  // Runs a text of several statements, outside the pipeline. The last result, or the first that failed.
  Result run_script(const std::string& sql, base::SteadyPoint deadline);

  // Runs COPY … FROM STDIN with this data, outside the pipeline. The result, which may be a failure. Throws
  // PostgresLost.
  Result copy_in(const std::string& sql, std::string_view data, base::SteadyPoint deadline);

  // What libpq last said, without line breaks; never a password.
  [[nodiscard]] std::string words() const;

 private:
  static const PostgresParameters kNone;

  void check(int sent);
  void start_alone(const std::string& sql, base::SteadyPoint deadline);
  Result finish_alone(base::SteadyPoint deadline);
  void sync();
  void wait(short events, base::SteadyPoint deadline);
  pg_result* next(base::SteadyPoint deadline);

  pg_conn* connection_;
  std::size_t added_ = 0;      // statements since the last sync
  std::size_t forgotten_ = 0;  // syncs whose results nobody wants
};

}  // namespace gatehouse::db
