#include "gate/gates.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace gatehouse::gate {

using namespace std::chrono_literals;

Gates::Gates(runtime::EventLoops& loops, GateOptions options, Policy policy, const base::Clock& clock,
             telemetry::Metrics& metrics)
    : loops_(loops),
      clock_(clock),
      options_(std::move(options)),
      policy_(std::move(policy)),
      counters_(loops.size()),
      times_(loops.size(), {1us, 2us, 3us, 5us, 10us, 25us, 50us, 100us, 250us, 1ms, 10ms}) {
  for (std::size_t i = 0; i < loops.size(); ++i) {
    gates_.push_back(std::make_unique<Gate>(options_, policy_, clock, counters_));
  }
  register_metrics(metrics);
}

base::Result<std::shared_ptr<const contract::Principal>, contract::AuthError> Gates::authenticate(
    std::size_t loop, std::string_view access_token) {
  const auto token = gates_[loop]->verifier().verify(access_token, clock_.now());
  if (token) return (*token)->principal;
  return token.error() == Reason::feed_stale ? contract::AuthError::unavailable : contract::AuthError::invalid_token;
}

bool Gates::permits(std::size_t loop, std::string_view access_token, const Rule& rule) {
  auto& verifier = gates_[loop]->verifier();
  const auto now = clock_.now();
  const auto token = verifier.verify(access_token, now);
  return token && Policy::decide(rule, *(*token)->principal, verifier.roles(), now) == Reason::allowed;
}

boost::asio::awaitable<void> Gates::publish(std::vector<contract::Revocation> rows) {
  std::function<void(std::size_t)> apply = [this, rows = std::move(rows)](std::size_t loop) {
    for (const auto& row : rows) gates_[loop]->verifier().apply(row);
    if (loop == 0) revocations_ = gates_[0]->verifier().revocation_count();
  };
  co_await loops_.on_each(std::move(apply));
}

void Gates::follow(std::vector<contract::Revocation> rows, std::optional<base::SteadyPoint> complete_as_of) {
  loops_.on_each_blocking([&](std::size_t loop) {
    auto& verifier = gates_[loop]->verifier();
    for (const auto& row : rows) verifier.apply(row);
    if (complete_as_of) verifier.feed_is_complete(*complete_as_of);
    if (loop == 0) revocations_ = verifier.revocation_count();
  });
  if (complete_as_of) note_completeness(*complete_as_of);
}

void Gates::load(const std::vector<contract::Revocation>& rows, std::optional<base::SteadyPoint> complete_as_of) {
  for (auto& gate : gates_) {
    for (const auto& row : rows) gate->verifier().apply(row);
    if (complete_as_of) gate->verifier().feed_is_complete(*complete_as_of);
  }
  revocations_ = gates_.front()->verifier().revocation_count();
  if (complete_as_of) note_completeness(*complete_as_of);
}

void Gates::note_completeness(base::SteadyPoint as_of) {
  const auto moment = std::min(as_of, clock_.steady_now()).time_since_epoch().count();
  auto known = complete_as_of_.load();
  while (known < moment && !complete_as_of_.compare_exchange_weak(known, moment)) {
  }
}

std::optional<base::SteadyPoint::duration> Gates::feed_age() const {
  const auto known = complete_as_of_.load();
  if (known == kNever) return std::nullopt;
  return clock_.steady_now() - base::SteadyPoint(base::SteadyPoint::duration(known));
}

bool Gates::is_fresh() const {
  const auto age = feed_age();
  return age && *age <= options_.verifier.max_staleness;
}

void Gates::check_timed(const http::Request& request, const http::WireOptions& wire, std::string& out) {
  const auto began = clock_.steady_now();
  gates_[request.loop]->check(request, wire, out);
  times_.observe(request.loop, clock_.steady_now() - began);
}

void Gates::set_keys(std::shared_ptr<const crypto::KeySet> keys, bool started) {
  const auto apply = [this, keys](std::size_t loop) { gates_[loop]->verifier().set_keys(keys); };
  if (started) {
    loops_.post_to_each(apply);
  } else {
    for (std::size_t loop = 0; loop < gates_.size(); ++loop) apply(loop);
  }
  const std::lock_guard lock(mutex_);
  unprepared_ = std::move(keys);
}

void Gates::tend() {
  loops_.post_to_each([this](std::size_t loop) {
    auto& verifier = gates_[loop]->verifier();
    verifier.sweep_step();
    if (loop == 0) revocations_ = verifier.revocation_count();
  });
  std::shared_ptr<const crypto::KeySet> keys;
  {
    const std::lock_guard lock(mutex_);
    keys.swap(unprepared_);
  }
  if (keys) keys->prepare();
}

std::vector<Refusal> Gates::take_refusals() {
  std::vector<std::vector<Refusal>> taken(gates_.size());
  loops_.on_each_blocking([&](std::size_t loop) { taken[loop] = gates_[loop]->refusals().take(); });
  std::vector<Refusal> all;
  for (const auto& some : taken) all.insert(all.end(), some.begin(), some.end());
  return all;
}

void Gates::set_roles(const contract::RoleSnapshot& roles, bool started) {
  const auto apply = [this, &roles](std::size_t loop) { gates_[loop]->verifier().set_roles(roles); };
  if (started) return loops_.on_each_blocking(apply);
  for (std::size_t loop = 0; loop < gates_.size(); ++loop) apply(loop);
}

void Gates::register_metrics(telemetry::Metrics& metrics) {
  for (std::size_t i = 0; i < kReasons; ++i) {
    metrics.counter_from("gatehouse_gate_checks_total", "Checks by how they ended.", {{"reason", kReasonNames[i]}},
                         [this, i] { return static_cast<double>(counters_.sum(static_cast<Reason>(i))); });
  }
  metrics.counter_from(
      "gatehouse_gate_refusals_dropped_total",
      "Checks answered 403 by more accounts than a loop tells apart in a second; no event tells of them.", {}, [this] {
        std::uint64_t dropped = 0;
        for (const auto& gate : gates_) dropped += gate->refusals().dropped();
        return static_cast<double>(dropped);
      });
  metrics.histogram_from("gatehouse_gate_check_seconds", "Time of a check on its loop; one in 64 is timed.", {},
                         [this] { return times_.read(); });
  metrics.gauge_from("gatehouse_gate_revocations", "Live revocations held by each loop.", {},
                     [this] { return static_cast<double>(revocations_.load()); });
  metrics.gauge_from("gatehouse_gate_feed_age_seconds", "How long ago the gate knew all that had ended; -1: never.", {},
                     [this] {
                       const auto age = feed_age();
                       return age ? std::chrono::duration<double>(*age).count() : -1.0;
                     });
}

}  // namespace gatehouse::gate
