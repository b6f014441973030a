#include "platform/runtime/event_loops.hpp"

#include <pthread.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "platform/runtime/task.hpp"

namespace gatehouse::runtime {
namespace asio = boost::asio;

EventLoops::EventLoops(std::size_t count) {
  loops_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    // One thread runs it and no other touches its sockets: Asio needs no locks around them, only for what is posted.
    auto context = std::make_unique<Context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO);
    auto guard = asio::make_work_guard(*context);
    loops_.push_back({std::move(context), std::move(guard), {}});
  }
}

EventLoops::~EventLoops() {
  stop();
  // A coroutine of one loop may hang in the queue of another, and unwinds through its own: all queues are emptied while
  // all loops are still there. Each pass may leave a post in a queue that was emptied before.
  for (std::size_t pass = 0; pass <= loops_.size(); ++pass) {
    for (auto& loop : loops_) loop.context->abandon();
  }
}

void EventLoops::start() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    loops_[i].thread = std::thread([context = loops_[i].context.get(), i] {
      pthread_setname_np(pthread_self(), ("loop-" + std::to_string(i)).c_str());
      context->run();
    });
  }
}

void EventLoops::stop() {
  for (auto& loop : loops_) loop.context->stop();
  for (auto& loop : loops_) {
    if (loop.thread.joinable()) loop.thread.join();
  }
}

void EventLoops::post_to_each(std::function<void(std::size_t)> fn) {
  const auto shared = std::make_shared<std::function<void(std::size_t)>>(std::move(fn));
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    asio::post(*loops_[i].context, [shared, i] { (*shared)(i); });
  }
}

asio::awaitable<void> EventLoops::on_each(std::function<void(std::size_t)> fn) {
  struct Everywhere final : Submit {
    EventLoops& loops;
    std::function<void(std::size_t)> fn;
    Everywhere(EventLoops& l, std::function<void(std::size_t)> f) : loops(l), fn(std::move(f)) {}

    void operator()(std::unique_ptr<Resume> resume) noexcept override {
      struct State {
        std::function<void(std::size_t)> fn;
        std::unique_ptr<Resume> resume;
        std::atomic<std::size_t> left;
      };
      const auto state = std::make_shared<State>();
      state->fn = std::move(fn);
      state->resume = std::move(resume);
      state->left = loops.size();
      loops.post_to_each([state](std::size_t loop) {
        state->fn(loop);
        if (state->left.fetch_sub(1) == 1) (*state->resume)();
      });
    }
  };
  Everywhere everywhere(*this, std::move(fn));
  co_await suspend(everywhere);
}

void EventLoops::on_each_blocking(std::function<void(std::size_t)> fn) {
  std::mutex mutex;
  std::condition_variable done;
  std::size_t left = loops_.size();
  post_to_each([&](std::size_t loop) {
    fn(loop);
    const std::lock_guard lock(mutex);
    if (--left == 0) done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return left == 0; });
}

}  // namespace gatehouse::runtime
