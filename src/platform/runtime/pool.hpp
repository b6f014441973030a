#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/runtime/fair_queue.hpp"
#include "platform/runtime/task.hpp"

namespace gatehouse::runtime {

struct PoolOptions {
  const char* name = "pool";  // of its threads and metrics
  std::size_t threads = 1;
  std::size_t queue_limit = 64;                         // waiting tasks; one more is refused at once
  int nice = 0;                                         // of each thread; 19 is the meekest
  std::optional<std::chrono::milliseconds> max_wait{};  // a task that waited longer is refused, not run
};

struct PoolStats {                // a moment's view, for the metrics
  std::size_t depth = 0;          // tasks waiting
  std::size_t busy = 0;           // tasks running
  std::uint64_t done = 0;         // since start
  std::uint64_t refused = 0;      // for a full queue or a stale task, since start
  double wait_seconds_total = 0;  // spent waiting by the tasks that ran
  double busy_seconds_total = 0;  // spent running
};

// A bounded set of threads for work that blocks or burns. Tasks of one `fair_key` wait in line behind each other; keys
// are served in turn, so that one noisy client can't keep the others out.
//
// run() is called on an event loop, suspends the caller, runs `fn(worker)` on one of the threads (worker: 0 …
// threads-1) and resumes the caller on its own loop. Throws base::Unavailable when the queue is full or the task grew
// stale; passes on what fn throws. Thread-safe. REQUIRES: the pool outlives every caller that waits in run().
class Pool {
 public:
  explicit Pool(PoolOptions options);
  ~Pool();  // refuses what still waits, finishes what runs, joins
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F&, std::size_t>> run(F fn, std::uint64_t fair_key = 0) {
    const telemetry::Span span(options_.name);
    TaskOf<F, std::size_t> task(std::move(fn));
    co_await execute(task, fair_key);
    co_return task.take();
  }

  [[nodiscard]] PoolStats stats() const;
  [[nodiscard]] const char* name() const noexcept { return options_.name; }

 private:
  boost::asio::awaitable<void> execute(Task<std::size_t>& task, std::uint64_t fair_key);
  void work(std::size_t worker);

  const PoolOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  // Guarded by mutex_.
  FairQueue<Task<std::size_t>*> waiting_;
  PoolStats stats_;
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace gatehouse::runtime
