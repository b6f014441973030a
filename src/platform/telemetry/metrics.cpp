#include "platform/telemetry/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace gatehouse::telemetry {

namespace {

enum class Kind { counter, gauge, latency, counter_from, gauge_from, histogram_from };

[[noreturn]] void abort_registration(const std::string& name, const char* why) {
  std::fprintf(stderr, "metric %s: %s\n", name.c_str(), why);
  std::abort();
}

Labels labels_of(const prometheus::ClientMetric& metric) {
  Labels labels;
  for (const auto& label : metric.label) labels.emplace(label.name, label.value);
  return labels;
}

bool includes(const Labels& labels, const Labels& having) {
  return std::ranges::all_of(having, [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

}  // namespace

const std::vector<double>& latency_bounds() {
  static const std::vector<double> kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                            0.25,  0.5,    0.8,   1.0,  2.5,   5.0,  10.0};
  return kSeconds;
}

struct Metrics::State {
  struct Known {
    Kind kind;
    std::set<Labels> series;
  };
  using Fill = std::function<void(prometheus::ClientMetric&)>;
  struct External {
    std::string help;
    prometheus::MetricType type;
    std::vector<std::pair<Labels, Fill>> reads;
  };

  // Checks a registration and gives the labels to use: the caller's, or those of the series that takes what is too
  // many. REQUIRES: mutex is held.
  Labels admit(const std::string& name, Kind kind, const Labels& labels) {
    if (!prometheus::CheckMetricName(name)) abort_registration(name, "not a valid name");
    for (const auto& [label, value] : labels) {
      if (label == "le" || !prometheus::CheckLabelName(label)) abort_registration(name, "not a valid label name");
    }
    auto& entry = known.try_emplace(name, Known{kind, {}}).first->second;
    if (entry.kind != kind) abort_registration(name, "already in use for another kind of metric");
    if (entry.series.contains(labels)) return labels;
    if (entry.series.size() < kMaxSeries) {
      entry.series.insert(labels);
      return labels;
    }
    Labels other = labels;
    for (auto& [label, value] : other) value = "other";
    return other;
  }

  void add_external(const std::string& name, const std::string& help, const Labels& labels, Kind kind,
                    prometheus::MetricType type, Fill fill) {
    const std::lock_guard lock(mutex);
    const Labels admitted = admit(name, kind, labels);
    auto& family = external.try_emplace(name, External{help, type, {}}).first->second;
    for (const auto& [present, unused] : family.reads) {
      if (present == admitted) abort_registration(name, "these labels are read from somewhere else already");
    }
    family.reads.emplace_back(admitted, std::move(fill));
  }

  mutable std::mutex mutex;
  // Guarded by mutex.
  std::map<std::string, Known> known;
  std::map<std::string, External> external;
  prometheus::Registry registry;
};

void Counter::increment(std::uint64_t by) noexcept { counter_->Increment(static_cast<double>(by)); }

void Gauge::set(double value) noexcept { gauge_->Set(value); }
void Gauge::add(double by) noexcept { gauge_->Increment(by); }

void LatencyHistogram::observe(std::chrono::nanoseconds took) noexcept {
  histogram_->Observe(std::chrono::duration<double>(took).count());
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  const Labels admitted = state_->admit(name, Kind::counter, labels);
  return Counter(prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry).Add(admitted));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  const Labels admitted = state_->admit(name, Kind::gauge, labels);
  return Gauge(prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry).Add(admitted));
}

LatencyHistogram Metrics::latency(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  const Labels admitted = state_->admit(name, Kind::latency, labels);
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  return LatencyHistogram(family.Add(admitted, latency_bounds()));
}

void Metrics::counter_from(const std::string& name, const std::string& help, const Labels& labels, Read read) {
  state_->add_external(name, help, labels, Kind::counter_from, prometheus::MetricType::Counter,
                       [read = std::move(read)](auto& metric) { metric.counter.value = read(); });
}

void Metrics::gauge_from(const std::string& name, const std::string& help, const Labels& labels, Read read) {
  state_->add_external(name, help, labels, Kind::gauge_from, prometheus::MetricType::Gauge,
                       [read = std::move(read)](auto& metric) { metric.gauge.value = read(); });
}

void Metrics::histogram_from(const std::string& name, const std::string& help, const Labels& labels,
                             std::function<HistogramReading()> read) {
  state_->add_external(name, help, labels, Kind::histogram_from, prometheus::MetricType::Histogram,
                       [read = std::move(read)](auto& metric) {
                         const HistogramReading reading = read();
                         metric.histogram.sample_count = reading.count;
                         metric.histogram.sample_sum = reading.sum;
                         for (const auto& bucket : reading.buckets) {
                           metric.histogram.bucket.push_back({bucket.count, bucket.upper_bound});
                         }
                       });
}

std::uint64_t Metrics::total(const std::string& name, const Labels& having) const {
  const std::lock_guard lock(state_->mutex);
  double sum = 0;
  for (const auto& family : state_->registry.Collect()) {
    if (family.name != name) continue;
    for (const auto& metric : family.metric) {
      if (includes(labels_of(metric), having)) sum += metric.counter.value;
    }
  }
  return static_cast<std::uint64_t>(sum);
}

HistogramReading Metrics::latency_total(const std::string& name,
                                        const std::function<bool(const Labels&)>& counts) const {
  const std::lock_guard lock(state_->mutex);
  HistogramReading all;
  for (const double bound : latency_bounds()) all.buckets.push_back({bound, 0});
  for (const auto& family : state_->registry.Collect()) {
    if (family.name != name) continue;
    for (const auto& metric : family.metric) {
      if (!counts(labels_of(metric))) continue;
      all.count += metric.histogram.sample_count;
      all.sum += metric.histogram.sample_sum;
      for (std::size_t i = 0; i < all.buckets.size() && i < metric.histogram.bucket.size(); ++i) {
        all.buckets[i].count += metric.histogram.bucket[i].cumulative_count;
      }
    }
  }
  return all;
}

std::string Metrics::render() const {
  const std::lock_guard lock(state_->mutex);
  auto families = state_->registry.Collect();
  for (const auto& [name, external] : state_->external) {
    prometheus::MetricFamily family;
    family.name = name;
    family.help = external.help;
    family.type = external.type;
    for (const auto& [labels, fill] : external.reads) {
      auto& metric = family.metric.emplace_back();
      for (const auto& [label, value] : labels) metric.label.push_back({label, value});
      fill(metric);
    }
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace gatehouse::telemetry
