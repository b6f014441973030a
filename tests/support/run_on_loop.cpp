#include "tests/support/run_on_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace gatehouse::test {

namespace asio = boost::asio;

namespace {

// Loops go back to a list, not away: whoever resumed the last coroutine may still be inside its post to the loop when
// that coroutine has ended. (In the program the databases and pools go before the loops do.)
class LentLoop {
 public:
  LentLoop() {
    const std::lock_guard lock(mutex());
    if (free().empty()) {
      loop_ = std::make_unique<asio::io_context>(1);
    } else {
      loop_ = std::move(free().back());
      free().pop_back();
      loop_->restart();
    }
  }
  ~LentLoop() {
    if (!loop_) return;
    const std::lock_guard lock(mutex());
    free().push_back(std::move(loop_));
  }
  LentLoop(LentLoop&&) = default;

  asio::io_context& operator*() const { return *loop_; }

 private:
  static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }
  static std::vector<std::unique_ptr<asio::io_context>>& free() {
    static std::vector<std::unique_ptr<asio::io_context>> instance;
    return instance;
  }

  std::unique_ptr<asio::io_context> loop_;
};

}  // namespace

void run_on_loop(asio::awaitable<void> work) {
  const LentLoop loop;
  std::exception_ptr error;
  asio::co_spawn(*loop, std::move(work), [&](std::exception_ptr thrown) { error = std::move(thrown); });
  (*loop).run();
  if (error) std::rethrow_exception(error);
}

void run_together(std::size_t count, const std::function<asio::awaitable<void>(std::size_t)>& make,
                  std::size_t threads) {
  std::mutex mutex;
  std::exception_ptr first;  // guarded by mutex
  const auto ended = [&](std::exception_ptr thrown) {
    const std::lock_guard lock(mutex);
    if (thrown && !first) first = std::move(thrown);
  };
  const std::vector<LentLoop> loops(threads);
  for (std::size_t i = 0; i < count; ++i) asio::co_spawn(*loops[i % threads], make(i), ended);
  std::vector<std::thread> running;
  for (const auto& loop : loops) running.emplace_back([&loop] { (*loop).run(); });
  for (auto& thread : running) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace gatehouse::test
