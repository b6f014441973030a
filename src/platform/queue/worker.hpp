#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/db/database.hpp"
#include "platform/limits/circuit_breaker.hpp"
#include "platform/queue/bell.hpp"
#include "platform/queue/job_store.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::queue {

struct WorkerOptions {
  std::string queue;
  unsigned max_attempts = 12;                       // then the job is dead
  std::chrono::milliseconds first_backoff{10'000};  // after the first failure; doubled after each further …
  std::chrono::milliseconds max_backoff{std::chrono::hours(1)};  // … up to this; up to half is taken off at random
  // Longer than any one job takes: what has not ended by then is done a second time.
  std::chrono::milliseconds lease{std::chrono::minutes(2)};
  std::chrono::milliseconds poll{1'000};  // how often to look for what other nodes added, and what has become due
  std::chrono::seconds keep_dead{std::chrono::hours(24 * 30)};
  std::size_t most_dead = 10'000;
  limits::BreakerOptions breaker{};
};

// How one attempt went.
struct Outcome {
  enum class Verdict {
    done,   // or no longer needed
    retry,  // later
    bury,   // it will never do: refused for good
  };
  Verdict verdict = Verdict::done;
  const char* reason = "";  // a literal: goes into the row, the log and the list of the dead
  bool reached = true;      // false: the other side did not answer; counts for the circuit breaker
};

// The thread that does the jobs of one queue, one after another; any number of nodes may run one for the same queue.
// Looks at once after a job was added in this process, else every `poll`. While the breaker is open no job is taken, so
// that an outage uses up no attempts.
class Worker {
 public:
  // Must return before the lease ends, and soon after `cancel`. What it throws is a retry.
  using Handler = std::function<Outcome(const Job&)>;
  struct Doing {
    Handler handler;
    std::function<void()> cancel{};  // any thread; may be empty
  };
  struct Parts {
    db::Database& database;
    const JobStore& jobs;
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
    telemetry::Metrics& metrics;
  };

  // REQUIRES: the parts, and what the handler touches, outlive it.
  Worker(const Parts& parts, WorkerOptions options, Doing doing);
  ~Worker();  // stops
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // Cancels what runs, which waits for another attempt; idempotent. Blocks until it has ended.
  void stop();

  // Does one job that is due; false when there was none to do, or the breaker is open. For the thread, and for tests.
  bool work_once();
  // Counts the jobs and removes what died long ago. The thread does it every 15 s.
  void tend();

 private:
  void run();
  [[nodiscard]] bool work_safely();
  [[nodiscard]] std::optional<Job> take_one_of(std::vector<base::Uuid> ids);
  [[nodiscard]] Outcome attempt(const Job& job);
  void settle(const Job& job, const Outcome& outcome);
  [[nodiscard]] std::chrono::milliseconds backoff(unsigned attempts);
  [[nodiscard]] std::uint32_t draw();

  Parts parts_;
  const WorkerOptions options_;
  const Doing doing_;
  limits::CircuitBreaker breaker_;
  Bell::Ear ear_;
  telemetry::Counter done_, retried_, buried_, lost_;
  telemetry::Gauge waiting_, leased_, dead_, oldest_;
  telemetry::LatencyHistogram took_;
  std::atomic<bool> stopping_{false};
  bool failing_ = false;  // the database, as last seen by the thread
  std::thread thread_;
};

}  // namespace gatehouse::queue
