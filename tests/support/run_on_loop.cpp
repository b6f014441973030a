#include "tests/support/run_on_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace gatehouse::test {

namespace asio = boost::asio;

void run_on_loop(asio::awaitable<void> work) {
  asio::io_context loop(1);
  std::exception_ptr error;
  asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown) { error = std::move(thrown); });
  loop.run();
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
  std::vector<std::unique_ptr<asio::io_context>> loops;
  for (std::size_t i = 0; i < threads; ++i) loops.push_back(std::make_unique<asio::io_context>(1));
  for (std::size_t i = 0; i < count; ++i) asio::co_spawn(*loops[i % threads], make(i), ended);
  std::vector<std::thread> running;
  for (auto& loop : loops) running.emplace_back([&loop] { loop->run(); });
  for (auto& thread : running) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace gatehouse::test
