#include "platform/telemetry/trace.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace gatehouse::telemetry {
namespace {

thread_local std::shared_ptr<Trace> current;

base::SteadyPoint steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Trace::Trace(const TraceContext& context) {
  content_.context = context;
  content_.began = steady_now();
  content_.began_unix_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  content_.spans.reserve(kMaxSpans);
  content_.spans.push_back({"", SpanKind::server, 0, content_.began, {}});
}

std::uint32_t Trace::begin(const char* name, SpanKind kind) {
  const std::lock_guard lock(mutex_);
  if (closed_) return kNotKept;
  if (content_.spans.size() == kMaxSpans) {
    ++content_.not_kept;
    return kNotKept;
  }
  const auto index = static_cast<std::uint32_t>(content_.spans.size());
  content_.spans.push_back({name, kind, innermost_, steady_now(), {}});
  innermost_ = index;
  return index;
}

void Trace::end(std::uint32_t span) {
  const std::lock_guard lock(mutex_);
  if (closed_ || span == kNotKept) return;
  auto& record = content_.spans[span];
  record.ended = last_end_ = steady_now();
  innermost_ = record.parent;
}

void Trace::waited(base::SteadyPoint since) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (content_.spans.size() == kMaxSpans) {
    ++content_.not_kept;
    return;
  }
  last_end_ = std::max(since, last_end_);
  content_.spans.push_back({"wait", SpanKind::internal, innermost_, last_end_, steady_now()});
}

Trace::Content Trace::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  const auto now = steady_now();
  for (auto& span : content_.spans) {
    if (span.ended == base::SteadyPoint{}) span.ended = now;
  }
  return std::move(content_);
}

std::shared_ptr<Trace> current_trace() { return current; }

std::shared_ptr<Trace> exchange_current_trace(std::shared_ptr<Trace> trace) {
  return std::exchange(current, std::move(trace));
}

}  // namespace gatehouse::telemetry
