#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
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
#include "platform/queue/lanes.hpp"
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
  limits::BreakerOptions breaker{};  // of each lane
  unsigned threads = 1;              // jobs in hand at once, each of another lane
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

// Does the jobs of one queue, those of a lane one after another; any number of nodes may run one for the same queue.
// Of its threads one at a time looks for a job, and lets the next one look while it does what it found. Looks at once
// after a job was added in this process, else every `poll`. While a lane's breaker is open no job of it is taken, so
// that an outage uses up no attempts.
class Worker {
 public:
  // Must return before the lease ends, and soon after `cancel`. What it throws is a retry. Called by as many threads at
  // once as there are, for jobs of different lanes.
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

  // Does one job that is due; false when there was none to do, or the breakers are open. For tests.
  bool work_once();
  // Counts the jobs and removes what died long ago. Done every 15 s.
  void tend();

 private:
  struct Task {
    Job job;
    Lanes::Hold hold;
  };
  void run();
  [[nodiscard]] std::optional<Task> next();
  [[nodiscard]] std::optional<Task> look();
  [[nodiscard]] std::optional<Job> take_one_of(std::vector<base::Uuid> ids);
  void work(Task& task);
  void tend_in_time();
  void safely(const std::function<void()>& step);
  [[nodiscard]] Outcome attempt(const Job& job);
  void settle(const Job& job, const Outcome& outcome);
  [[nodiscard]] std::chrono::milliseconds backoff(unsigned attempts);
  [[nodiscard]] std::uint32_t draw();

  Parts parts_;
  const WorkerOptions options_;
  const Doing doing_;
  Lanes lanes_;
  Bell::Ear ear_;
  telemetry::Counter done_, retried_, buried_, lost_;
  telemetry::Gauge waiting_, leased_, dead_, oldest_;
  telemetry::LatencyHistogram took_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failing_{false};  // the database, as last seen
  std::mutex turn_;                   // whose turn it is to look
  // Guarded by turn_.
  std::chrono::milliseconds pause_{0};
  base::SteadyPoint tend_at_{};
  std::vector<std::thread> threads_;
};

}  // namespace gatehouse::queue
