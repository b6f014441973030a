#include "identity/overview/activity.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

constexpr const char* kSignIns = "gatehouse_identity_sign_ins_total";

std::uint64_t sign_ins(const telemetry::Metrics& metrics, const char* outcome) {
  return metrics.total(kSignIns, {{"outcome", outcome}});
}

// The upper bound of the last bucket is nobody's: what took longer than the last bound is shown as that.
double bound_of(std::size_t bucket) {
  const auto& bounds = telemetry::latency_bounds();
  return bounds[std::min(bucket, bounds.size() - 1)];
}

// Neither pages nor what processes ask each other, which waits for news.
bool is_of_the_interface(const telemetry::Labels& labels) {
  const auto route = labels.find("route");
  return route != labels.end() && route->second.starts_with("/v1/");
}

}  // namespace

Activity& Activity::operator+=(const Activity& other) {
  signed_in += other.signed_in;
  failed += other.failed;
  blocked += other.blocked;
  for (std::size_t i = 0; i < latency.size(); ++i) latency[i] += other.latency[i];
  return *this;
}

Activity Activity::since(const Activity& before) const {
  Activity rest = *this;
  rest.signed_in -= before.signed_in;
  rest.failed -= before.failed;
  rest.blocked -= before.blocked;
  for (std::size_t i = 0; i < latency.size(); ++i) rest.latency[i] -= before.latency[i];
  return rest;
}

std::chrono::microseconds Activity::percentile(double part) const {
  double all = 0;
  for (const auto count : latency) all += static_cast<double>(count);
  if (all == 0) return {};
  const double wanted = all * part;
  double below = 0;
  for (std::size_t i = 0; i < latency.size(); ++i) {
    const auto count = static_cast<double>(latency[i]);
    if (count > 0 && below + count >= wanted) {
      const double from = i == 0 ? 0 : bound_of(i - 1);
      const double seconds = from + (bound_of(i) - from) * (wanted - below) / count;
      return std::chrono::microseconds(std::llround(seconds * 1e6));
    }
    below += count;
  }
  return std::chrono::microseconds(std::llround(bound_of(latency.size() - 1) * 1e6));
}

Activity read_activity(const telemetry::Metrics& metrics) {
  Activity now;
  now.signed_in = sign_ins(metrics, "succeeded");
  for (const char* outcome :
       {"wrong_password", "unknown_account", "account_disabled", "email_unverified", "wrong_code", "passkey_refused"}) {
    now.failed += sign_ins(metrics, outcome);
  }
  now.blocked = metrics.total("gatehouse_identity_addresses_blocked_total");
  const auto answers = metrics.latency_total("gatehouse_http_request_seconds", is_of_the_interface);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < now.latency.size(); ++i) {
    const std::uint64_t up_to = i < answers.buckets.size() ? answers.buckets[i].count : answers.count;
    now.latency[i] = up_to - below;
    below = up_to;
  }
  return now;
}

std::string latency_column(const Activity& activity) {
  std::string text;
  for (const auto count : activity.latency) text += (text.empty() ? "" : " ") + std::to_string(count);
  return text;
}

void read_latency_column(std::string_view column, Activity& activity) {
  const auto words = base::split_words(column);
  for (std::size_t i = 0; i < words.size() && i < activity.latency.size(); ++i) {
    (void)std::from_chars(words[i].data(), words[i].data() + words[i].size(), activity.latency[i]);
  }
}

}  // namespace gatehouse::identity
