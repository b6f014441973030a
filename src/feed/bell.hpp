#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace gatehouse::feed {

// What a thread sleeps by: for a while, or until somebody rings. A ring before the sleep counts. Thread-safe.
class Bell {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      rung_ = true;
    }
    wake_.notify_one();
  }
  void sleep(std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, longest, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool rung_ = false;  // guarded by mutex_
};

}  // namespace gatehouse::feed
