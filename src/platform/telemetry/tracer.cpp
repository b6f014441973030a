#include "platform/telemetry/tracer.hpp"

#include <pthread.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "platform/base/encoding.hpp"
#include "platform/telemetry/otlp_json.hpp"

namespace gatehouse::telemetry {
namespace {

Counter dropped(Metrics& metrics, const char* reason) {
  return metrics.counter("gatehouse_telemetry_spans_dropped_total", "Spans that no collector got.",
                         {{"reason", reason}});
}

// By the span's identifier, which is ours and random; the trace's may be the client's choice.
bool drawn(const TraceContext& context, double ratio) {
  std::uint64_t number = 0;
  std::memcpy(&number, context.span_id.data(), sizeof(number));
  return std::ldexp(static_cast<double>(number >> 11), -53) < ratio;
}

std::string random_name() {
  const auto id = make_span_id();
  return base::hex_encode({reinterpret_cast<const char*>(id.data()), id.size()});
}

}  // namespace

Tracer::Tracer(const TracerOptions& options, std::unique_ptr<TraceSender> sender, Logger& log, Metrics& metrics)
    : options_(options),
      instance_(random_name()),
      sender_(std::move(sender)),
      log_(log),
      exported_(metrics.counter("gatehouse_telemetry_spans_exported_total", "Spans that the collector took.")),
      dropped_queue_(dropped(metrics, "queue_full")),
      dropped_refused_(dropped(metrics, "refused")),
      dropped_unreachable_(dropped(metrics, "unreachable_at_stop")),
      dropped_too_many_(dropped(metrics, "too_many_in_trace")),
      failures_(metrics.counter("gatehouse_telemetry_export_failures_total", "Messages the collector did not take.")),
      up_(metrics.gauge("gatehouse_telemetry_collector_up", "1 while the collector takes what it is sent.")) {
  up_.set(1);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "tracer");
    work();
  });
}

Tracer::~Tracer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::shared_ptr<Trace> Tracer::start(TraceContext& context, bool from_proxy) {
  const bool decided = from_proxy && context.has_parent();
  if (!from_proxy) context.parent_id = {};
  if (decided && !context.sampled) return nullptr;
  context.sampled = (decided && may_ask()) || drawn(context, options_.sample_ratio);
  return context.sampled ? std::make_shared<Trace>(context) : nullptr;
}

// Proxies pass on what clients send unless they are told otherwise: even a trusted one's flag has a bound.
bool Tracer::may_ask() {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (now - asked_since_ >= std::chrono::seconds(1)) {
    asked_since_ = now;
    asked_ = 0;
  }
  return asked_++ < options_.asked_per_second;
}

void Tracer::finish(Trace& trace, std::string_view method, std::string_view route, unsigned status) {
  FinishedTrace finished{trace.close(), method, route, status};
  const std::size_t spans = finished.content.spans.size();
  dropped_too_many_.increment(finished.content.not_kept);
  bool full_batch = false;
  {
    const std::lock_guard lock(mutex_);
    if (queued_spans_ + spans > options_.queue_spans) return dropped_queue_.increment(spans);
    queue_.push_back(std::move(finished));
    const auto before = std::exchange(queued_spans_, queued_spans_ + spans);
    full_batch = before == 0 || (before < options_.batch_spans && queued_spans_ >= options_.batch_spans);
  }
  if (full_batch) wake_.notify_one();
}

void Tracer::work() {
  for (;;) {
    const Batch batch = take_batch();
    if (batch.empty()) return;
    deliver(batch);
  }
}

// Waits for spans, and then a little for more. Empty: stopping, and nothing is left.
Tracer::Batch Tracer::take_batch() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  wake_.wait_for(lock, options_.interval, [this] { return stopping_ || queued_spans_ >= options_.batch_spans; });
  Batch batch;
  for (std::size_t spans = 0; !queue_.empty() && spans < options_.batch_spans; queue_.pop_front()) {
    spans += queue_.front().content.spans.size();
    queued_spans_ -= queue_.front().content.spans.size();
    batch.push_back(std::move(queue_.front()));
  }
  return batch;
}

void Tracer::deliver(const Batch& batch) {
  std::size_t spans = 0;
  for (const auto& trace : batch) spans += trace.content.spans.size();
  const std::string message = otlp_json(batch, instance_, options_.version);
  auto wait = options_.first_pause;
  for (;;) {
    const auto delivery = sender_->send(message);
    up_.set(delivery == TraceSender::Delivery::unreachable ? 0 : 1);
    if (delivery == TraceSender::Delivery::delivered) return exported_.increment(spans);
    failures_.increment();
    if (delivery == TraceSender::Delivery::refused) {
      log_.warn("trace_export_refused", {{"spans", spans}});
      return dropped_refused_.increment(spans);
    }
    if (wait == options_.first_pause) log_.warn("trace_collector_unreachable");
    if (!pause(wait)) return dropped_unreachable_.increment(spans);
    wait = std::min(wait * 2, options_.longest_pause);
  }
}

// False when there is no time for another attempt: the process stops.
bool Tracer::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping_; });
  if (stopping_) {
    dropped_unreachable_.increment(std::exchange(queued_spans_, 0));
    queue_.clear();
  }
  return !stopping_;
}

}  // namespace gatehouse::telemetry
