#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::runtime {

// Resumes a suspended coroutine on its own executor. Called once, from any thread.
class Resume {
 public:
  virtual ~Resume() = default;
  virtual void operator()() = 0;
};

// A piece of work that a coroutine waits for while another thread does it. It lives in the waiting coroutine's frame;
// whoever takes it from a queue either runs it or fails it, then calls finish(), once, and does not touch it again.
template <class... Args>
class Task {
 public:
  virtual ~Task() = default;
  virtual void run(Args... args) = 0;  // keeps what fn throws for the waiting coroutine

  void fail(std::exception_ptr error) { error_ = std::move(error); }
  void finish() {
    const auto resume = std::move(resume_);
    (*resume)();
  }
  [[nodiscard]] bool failed() const noexcept { return error_ != nullptr; }
  void rethrow_if_failed() const {
    if (error_) std::rethrow_exception(error_);
  }

  base::SteadyPoint queued_at{};                                               // set by whoever queues it
  const std::shared_ptr<telemetry::Trace> trace = telemetry::current_trace();  // of the request it is done for
  std::unique_ptr<Resume> resume_;

 protected:
  std::exception_ptr error_;
};

// Lives while a task runs: its thread works for the task's trace, which gets a span `wait` and a span `run`. A task
// that never queued is part of one that did and adds none.
class TracedRun {
 public:
  TracedRun(const std::shared_ptr<telemetry::Trace>& trace, base::SteadyPoint queued_at) {
    if (trace) begin(trace, queued_at);
  }

 private:
  void begin(const std::shared_ptr<telemetry::Trace>& trace, base::SteadyPoint queued_at);

  std::optional<telemetry::WorkingFor> working_;
  std::optional<telemetry::Span> span_;
};

template <class F, class... Args>
class TaskOf final : public Task<Args...> {
 public:
  using Value = std::invoke_result_t<F&, Args...>;
  explicit TaskOf(F fn) : fn_(std::move(fn)) {}

  void run(Args... args) override {
    const TracedRun traced(this->trace, this->queued_at);
    try {
      if constexpr (std::is_void_v<Value>) {
        fn_(args...);
      } else {
        result_.emplace(fn_(args...));
      }
    } catch (...) {
      this->error_ = std::current_exception();
    }
  }

  Value take() {
    this->rethrow_if_failed();
    if constexpr (!std::is_void_v<Value>) return std::move(*result_);
  }

 private:
  F fn_;
  std::optional<std::conditional_t<std::is_void_v<Value>, char, Value>> result_;
};

// Suspends the calling coroutine. `submit` is called with the means to resume it, which it must hand on (and which may
// be used before submit returns). It must not throw: the coroutine is no longer the caller's by then. The one way to
// wait in a handler: its trace leaves the loop's thread with it and comes back with it.
class Submit {
 public:
  virtual ~Submit() = default;
  virtual void operator()(std::unique_ptr<Resume> resume) noexcept = 0;
};
boost::asio::awaitable<void> suspend(Submit& submit);

}  // namespace gatehouse::runtime
