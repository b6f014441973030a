#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "app/installation.hpp"
#include "gate/gates.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::app {

// One thread that keeps a serving process in step with its database: follows the revocation log and the key ring once a
// second (other processes write to them, too), and every minute rotates keys that have aged and sweeps what has
// expired, in steps too small for a request to notice.
class Housekeeper {
 public:
  // Loads the log and the keys into the gates, which may not have started yet. Throws base::Unavailable when the
  // database can't be read. REQUIRES: all outlive it.
  Housekeeper(Installation& installation, gate::Gates& gates, telemetry::Logger& log, telemetry::Metrics& metrics);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  void start();  // REQUIRES: the event loops have started
  void stop();   // idempotent; before the event loops stop

  // Looks now; true when every gate has what the database held at the time of the call. Any thread but a loop's.
  bool look_now();

 private:
  void run();
  void follow();
  void tend();
  template <class Step>
  void sweep_in_steps(Step step);

  Installation& installation_;
  gate::Gates& gates_;
  telemetry::Logger& log_;
  telemetry::Counter failures_;

  std::mutex follow_mutex_;
  std::int64_t last_seq_ = 0;  // guarded by follow_mutex_

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace gatehouse::app
