#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace gatehouse::telemetry {

// Label values are texts of enumerations, route patterns, names from the configuration; never anything a client sends.
using Labels = std::map<std::string, std::string>;

// Handles: cheap to copy, thread-safe, valid as long as the Metrics they come from.
class Counter {
 public:
  void increment(std::uint64_t by = 1) noexcept;

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  void set(double value) noexcept;
  void add(double by) noexcept;  // negative to subtract

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  prometheus::Gauge* gauge_;
};

// Seconds, in buckets from 1 ms to 10 s; one ends at 0.8 s, the objective of a sign-in.
class LatencyHistogram {
 public:
  void observe(std::chrono::nanoseconds took) noexcept;

 private:
  friend class Metrics;
  explicit LatencyHistogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  prometheus::Histogram* histogram_;
};

// What a histogram kept elsewhere holds.
struct HistogramReading {
  struct Bucket {
    double upper_bound = 0;   // ascending
    std::uint64_t count = 0;  // of all values up to it
  };
  std::vector<Bucket> buckets{};
  std::uint64_t count = 0;  // of all values
  double sum = 0;
};

// The upper bounds of a LatencyHistogram's buckets but the last, in seconds.
[[nodiscard]] const std::vector<double>& latency_bounds();

// All figures of the process. Names are `gatehouse_<folder>_<noun>_<unit>`, counters end in `_total`, times in
// `_seconds`. The same name and labels give the same series; a name that is not valid, or is taken by another kind of
// metric, aborts. Past kMaxSeries series of one name, further label values share one series in which each reads
// `other`, so that a mistake cannot fill the memory. Registering takes a lock: keep the handle. Thread-safe.
class Metrics {
 public:
  static constexpr std::size_t kMaxSeries = 512;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] LatencyHistogram latency(const std::string& name, const std::string& help, const Labels& labels = {});

  // Values that are kept elsewhere (LoopCounters, a pool's depth) and read when somebody asks. `read` must be
  // thread-safe, must not call back into Metrics, and what it touches must outlive the last render().
  using Read = std::function<double()>;
  void counter_from(const std::string& name, const std::string& help, const Labels& labels, Read read);
  void gauge_from(const std::string& name, const std::string& help, const Labels& labels, Read read);
  void histogram_from(const std::string& name, const std::string& help, const Labels& labels,
                      std::function<HistogramReading()> read);

  // What all series of a counter whose labels include `having` hold together; 0 where there is none. Looks at every
  // family: for once a minute.
  [[nodiscard]] std::uint64_t total(const std::string& name, const Labels& having = {}) const;
  // The same of a latency histogram, over the series that `counts` says yes to.
  [[nodiscard]] HistogramReading latency_total(const std::string& name,
                                               const std::function<bool(const Labels&)>& counts) const;

  // Prometheus text exposition format 0.0.4.
  [[nodiscard]] std::string render() const;

 private:
  struct State;  // prometheus-cpp stays behind it
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::telemetry
