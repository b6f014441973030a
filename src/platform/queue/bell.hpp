#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::queue {

// Wakes the workers of this process. Rung within the transaction that adds a job, so before its commit: a worker that
// wakes and finds nothing looks again shortly (Worker::run). That needs no word from whoever commits, and a transaction
// that comes to nothing costs a few looks. Thread-safe.
class Bell {
 public:
  // What one worker hears with. REQUIRES: the bell outlives it.
  class Ear {
   public:
    Ear(Bell& bell, std::string queue);
    ~Ear();
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    enum class Heard { ring, nothing, closed };
    // Waits for a ring that nobody has heard yet, at most so long. After close(): `closed`, at once and for ever.
    Heard wait_for(std::chrono::milliseconds limit);
    // Thread-safe.
    void ring();
    void close();

   private:
    friend class Bell;
    Bell& bell_;
    const std::string queue_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool rung_ = false;    // guarded by mutex_
    bool closed_ = false;  // guarded by mutex_
  };

  void ring(std::string_view queue);

 private:
  std::mutex mutex_;
  std::vector<Ear*> ears_;  // guarded by mutex_
};

}  // namespace gatehouse::queue
