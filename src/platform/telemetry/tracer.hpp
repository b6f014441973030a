#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/trace.hpp"

namespace gatehouse::telemetry {

struct TracerOptions {
  double sample_ratio = 0.01;  // 0 … 1 of the requests about which no caller has decided
  // How many traces a second callers can ask for by the sampled flag; beyond, the ratio decides.
  std::uint32_t asked_per_second = 20;
  std::size_t queue_spans = 8192;                   // waiting to be sent; what comes on top is dropped
  std::size_t batch_spans = 512;                    // in one message
  std::chrono::milliseconds interval{1'000};        // a span waits at most this long for company
  std::chrono::milliseconds first_pause{1'000};     // after a failure, doubled each time …
  std::chrono::milliseconds longest_pause{60'000};  // … up to this
  std::string version{};                            // of the program
};

// A request that has ended, with what is known of it.
struct FinishedTrace {
  Trace::Content content{};
  std::string_view method{};  // both literals, or as long-lived as the route table
  std::string_view route{};   // the pattern, never the path
  unsigned status = 0;
};

// Takes a batch to the collector. Called by one thread at a time; blocks for as long as its own deadline.
class TraceSender {
 public:
  enum class Delivery {
    delivered,
    refused,      // for what it is: the same again would be refused again
    unreachable,  // or asked to come back later
  };
  virtual ~TraceSender() = default;
  [[nodiscard]] virtual Delivery send(const std::string& otlp_json) = 0;
};

// Decides which requests are traced, and sends what they did to a collector (OTLP over HTTP), in batches, from a thread
// of its own. Nothing here ever makes a request wait: a full queue drops, a collector that is away is asked again after
// a growing pause, and both are counted. Thread-safe.
class Tracer {
 public:
  Tracer(const TracerOptions& options, std::unique_ptr<TraceSender> sender, Logger& log, Metrics& metrics);
  // Sends what waits, unless the collector is away; no longer than one send.
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // A trace for a request that is sampled, else null; sets context.sampled to the decision. `from_proxy`: the peer is
  // one we trust. Nobody else's flag counts, nor is anybody else's span taken for the parent: any client could send
  // them, and each trace costs something.
  [[nodiscard]] std::shared_ptr<Trace> start(TraceContext& context, bool from_proxy);

  // REQUIRES: method and route outlive the Tracer.
  void finish(Trace& trace, std::string_view method, std::string_view route, unsigned status);

 private:
  using Batch = std::vector<FinishedTrace>;

  bool may_ask();
  void work();
  Batch take_batch();
  void deliver(const Batch& batch);
  bool pause(std::chrono::milliseconds time);

  const TracerOptions options_;
  const std::string instance_;
  const std::unique_ptr<TraceSender> sender_;
  Logger& log_;
  Counter exported_;
  Counter dropped_queue_;
  Counter dropped_refused_;
  Counter dropped_unreachable_;
  Counter dropped_too_many_;
  Counter failures_;
  Gauge up_;

  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_.
  std::deque<FinishedTrace> queue_;
  std::size_t queued_spans_ = 0;
  base::SteadyPoint asked_since_{};  // the second in which asked_ were asked for
  std::uint32_t asked_ = 0;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace gatehouse::telemetry
