#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "app/log_follower.hpp"
#include "identity/overview/activity_recorder.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// One thread that keeps a serving process in step with its database: follows the revocation log and the key ring (other
// processes write to them, too), and every minute rotates keys that have aged, notes what was done for administrators'
// charts, and sweeps what has expired, in steps too small for a request to notice.
class Housekeeper {
 public:
  // `each_second`: what else wants to be done now and then; must not throw. REQUIRES: all outlive it.
  Housekeeper(Installation& installation, gate::Gates& gates, feed::Journal* journal, std::function<void()> each_second,
              telemetry::Logger& log, telemetry::Metrics& metrics);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  using OnErased = std::function<void(const std::vector<contract::AccountId>&)>;
  // Hears of accounts that are gone, whichever process erased them, more than once. REQUIRES: not started yet.
  void on_erased(OnErased hear) { on_erased_ = std::move(hear); }

  void start();  // REQUIRES: the event loops have started
  void stop();   // idempotent; before the event loops stop

  // Looks now; true when every gate has what the database held at the time of the call. Any thread but a loop's.
  bool look_now();

  // One round, as the thread has one each minute. REQUIRES: the thread does not run, the event loops have started.
  void tend();

 private:
  void run();
  void turn();
  void erase_due(base::TimePoint now);
  void follow_erasures();
  void shorten_list(base::TimePoint before, base::TimePoint now);
  void record_activity();
  template <class Step>
  void sweep_in_steps(Step step);

  Installation& installation_;
  LogFollower follower_;
  const std::function<void()> each_second_;
  identity::ActivityRecorder activity_;  // of thread_, and of stop() after it
  telemetry::Logger& log_;
  telemetry::Counter failures_;
  const std::chrono::milliseconds look_every_;
  std::atomic<bool> failing_{false};
  OnErased on_erased_;
  identity::ErasureStore::Mark erasures_followed_;  // of thread_ alone, as the next
  std::vector<contract::AccountId> heard_of_;       // by on_erased_, the last time
  base::SteadyPoint next_shortening_{};

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;            // guarded by mutex_
  base::SteadyPoint next_second_{};  // of thread_ alone
  std::thread thread_;
};

}  // namespace gatehouse::app
