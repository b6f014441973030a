#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace gatehouse::runtime {

// One event loop per core, each one thread and one io_context of its own. What lives on a loop (connections, the token
// cache, the copy of the revocation set) is touched by that loop's thread alone and needs no lock; what must reach
// every loop is posted to each.
class EventLoops {
 public:
  explicit EventLoops(std::size_t count);
  ~EventLoops();  // stops and joins
  EventLoops(const EventLoops&) = delete;
  EventLoops& operator=(const EventLoops&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return loops_.size(); }
  [[nodiscard]] boost::asio::io_context& context(std::size_t loop) { return *loops_[loop].context; }

  void start();  // the threads begin; returns at once
  void stop();   // the loops end after the handler they are in; joins. Idempotent. Not from a loop's own thread.

  // Queues fn(loop) on every loop. Thread-safe, returns at once; before start() it runs once the loops start.
  void post_to_each(std::function<void(std::size_t)> fn);
  // The same, and completes, on the caller's executor, when every loop has run it. REQUIRES: started.
  boost::asio::awaitable<void> on_each(std::function<void(std::size_t)> fn);
  // The same for a thread that is no loop: blocks until every loop has run it. REQUIRES: started.
  void on_each_blocking(std::function<void(std::size_t)> fn);

 private:
  struct Context : boost::asio::io_context {
    using io_context::io_context;
    void abandon() { shutdown(); }  // destroys what is queued, unrun
  };
  struct Loop {
    std::unique_ptr<Context> context;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running;
    std::thread thread;
  };
  std::vector<Loop> loops_;
};

}  // namespace gatehouse::runtime
