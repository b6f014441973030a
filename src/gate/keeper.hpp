#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "gate/gates.hpp"

namespace gatehouse::gate {

// The thread that tends the gates of a process, whatever other roles it has: a gate node has no housekeeper, and what
// it holds must not grow with the time it runs. Tends at once after start(), then `every`, and tells what was refused.
class Keeper {
 public:
  // Called by the thread, and by stop(); must not wait. Empty when nothing was refused.
  using Tell = std::function<void(const std::vector<Refusal>&)>;

  // REQUIRES: the gates, and what `tell` touches, outlive it.
  Keeper(Gates& gates, Tell tell, std::chrono::milliseconds every = std::chrono::seconds(1));
  ~Keeper();  // stops
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  void start();  // REQUIRES: the event loops have started
  void stop();   // idempotent; before the event loops stop; tells what is left

 private:
  void run();

  Gates& gates_;
  const Tell tell_;
  const std::chrono::milliseconds every_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace gatehouse::gate
