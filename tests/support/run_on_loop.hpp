#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace gatehouse::test {

// Runs a coroutine to its end on an event loop of its own, on the calling thread; throws what it throws.
void run_on_loop(boost::asio::awaitable<void> work);

// The same for one that returns a value.
template <class T>
T run_on_loop(boost::asio::awaitable<T> work) {
  std::optional<T> result;
  run_on_loop([](boost::asio::awaitable<T> inner, std::optional<T>& out) -> boost::asio::awaitable<void> {
    out.emplace(co_await std::move(inner));
  }(std::move(work), result));
  return std::move(*result);
}

// For races: starts `count` coroutines, made by make(0 … count-1), on `threads` loops of a thread each, and returns
// when all have ended. Then throws what the first of them threw, if one did. What the coroutines share is the caller's
// care.
void run_together(std::size_t count, const std::function<boost::asio::awaitable<void>(std::size_t)>& make,
                  std::size_t threads = 4);

}  // namespace gatehouse::test
