#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/telemetry/trace_context.hpp"

namespace gatehouse::telemetry {

enum class SpanKind : std::uint8_t { internal = 1, server = 2, client = 3 };  // numbers of OTLP

// Something that took time. Its name is a literal of ours: there is no other text in it, so nothing of a person's and
// no secret can get into a trace (promise 9).
struct SpanRecord {
  const char* name = "";
  SpanKind kind = SpanKind::internal;
  std::uint32_t parent = 0;  // index in the same trace; the first is its own
  base::SteadyPoint began{};
  base::SteadyPoint ended{};
};

// What one sampled request did: a tree of spans below the request's own. Exists for sampled requests only; all others
// have none, and everything below then costs one look at a pointer of the thread's.
//
// A request does one thing at a time, here or on a thread it waits for, so the innermost open span is the parent of the
// next. Bounded: spans beyond kMaxSpans are counted, not kept. Thread-safe.
class Trace {
 public:
  static constexpr std::size_t kMaxSpans = 64;
  static constexpr std::uint32_t kNotKept = UINT32_MAX;

  explicit Trace(const TraceContext& context);

  // The index of the new span, for end().
  std::uint32_t begin(const char* name, SpanKind kind);
  void end(std::uint32_t span);
  // A span `wait` from `since`, or from the end of the last attempt, until now.
  void waited(base::SteadyPoint since);

  struct Content {
    TraceContext context{};
    base::SteadyPoint began{};
    std::int64_t began_unix_ns = 0;  // the same moment
    std::vector<SpanRecord> spans{};
    std::size_t not_kept = 0;
  };
  // Ends all that is open and takes it out. Whatever comes later is not kept.
  [[nodiscard]] Content close();

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  Content content_;
  std::uint32_t innermost_ = 0;
  base::SteadyPoint last_end_{};
  bool closed_ = false;
};

// The trace this thread works for at the moment; null: none.
[[nodiscard]] std::shared_ptr<Trace> current_trace();
// Replaces it and returns the one before. A coroutine that leaves its thread takes its trace along and puts it back
// when it resumes: runtime::suspend does so, and a handler suspends in no other way.
std::shared_ptr<Trace> exchange_current_trace(std::shared_ptr<Trace> trace);

// A span of the current trace for as long as it lives. Also across a co_await.
class Span {
 public:
  explicit Span(const char* name, SpanKind kind = SpanKind::internal) : trace_(current_trace()) {
    if (trace_) index_ = trace_->begin(name, kind);
  }
  ~Span() {
    if (trace_) trace_->end(index_);
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

 private:
  std::shared_ptr<Trace> trace_;
  std::uint32_t index_ = 0;
};

// This thread works for `trace` for as long as it lives; null: for nobody.
class WorkingFor {
 public:
  explicit WorkingFor(std::shared_ptr<Trace> trace) : before_(exchange_current_trace(std::move(trace))) {}
  ~WorkingFor() { exchange_current_trace(std::move(before_)); }
  WorkingFor(const WorkingFor&) = delete;
  WorkingFor& operator=(const WorkingFor&) = delete;

 private:
  std::shared_ptr<Trace> before_;
};

}  // namespace gatehouse::telemetry
