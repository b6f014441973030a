#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "app/log_follower.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// One thread that keeps a serving process in step with its database: follows the revocation log and the key ring (other
// processes write to them, too), and every minute rotates keys that have aged and sweeps what has expired, in steps too
// small for a request to notice.
class Housekeeper {
 public:
  // `each_second`: what else wants to be done now and then; must not throw. REQUIRES: all outlive it.
  Housekeeper(Installation& installation, gate::Gates& gates, feed::Journal* journal, std::function<void()> each_second,
              telemetry::Logger& log, telemetry::Metrics& metrics);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  void start();  // REQUIRES: the event loops have started
  void stop();   // idempotent; before the event loops stop

  // Looks now; true when every gate has what the database held at the time of the call. Any thread but a loop's.
  bool look_now();

 private:
  void run();
  void turn();
  void tend();
  template <class Step>
  void sweep_in_steps(Step step);

  Installation& installation_;
  LogFollower follower_;
  const std::function<void()> each_second_;
  telemetry::Logger& log_;
  telemetry::Counter failures_;
  const std::chrono::milliseconds look_every_;
  std::atomic<bool> failing_{false};

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;            // guarded by mutex_
  base::SteadyPoint next_second_{};  // of thread_ alone
  std::thread thread_;
};

}  // namespace gatehouse::app
