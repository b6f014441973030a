#include "platform/queue/worker.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::queue {
namespace {

using std::chrono::milliseconds;
using Verdict = Outcome::Verdict;

// Of so many that are due longest, one is chosen by chance: nodes that look at the same moment rarely choose the same.
constexpr std::size_t kCandidates = 16;
// After a ring, which comes before the commit: how soon to look again, doubled each time.
constexpr milliseconds kLookAgain{2};
constexpr std::chrono::seconds kTendEvery{15};
constexpr std::size_t kSweepStep = 500;

telemetry::Counter attempts(telemetry::Metrics& metrics, const std::string& queue, const char* outcome) {
  return metrics.counter("gatehouse_queue_attempts_total", "Attempts at jobs, by how they ended.",
                         {{"queue", queue}, {"outcome", outcome}});
}

telemetry::Gauge jobs(telemetry::Metrics& metrics, const std::string& queue, const char* state) {
  return metrics.gauge("gatehouse_queue_jobs", "Jobs in the database, counted up to 100000.",
                       {{"queue", queue}, {"state", state}});
}

}  // namespace

Worker::Worker(const Parts& parts, WorkerOptions options, Doing doing)
    : parts_(parts),
      options_(std::move(options)),
      doing_(std::move(doing)),
      lanes_(options_.breaker, parts_.clock, parts_.random),
      ear_(parts_.jobs.bell(), options_.queue),
      done_(attempts(parts_.metrics, options_.queue, "done")),
      retried_(attempts(parts_.metrics, options_.queue, "retry")),
      buried_(attempts(parts_.metrics, options_.queue, "buried")),
      lost_(attempts(parts_.metrics, options_.queue, "lease_lost")),
      waiting_(jobs(parts_.metrics, options_.queue, "waiting")),
      leased_(jobs(parts_.metrics, options_.queue, "leased")),
      dead_(jobs(parts_.metrics, options_.queue, "dead")),
      oldest_(
          parts_.metrics.gauge("gatehouse_queue_oldest_seconds",
                               "How long the oldest job has waited since it was first due, however often it was tried.",
                               {{"queue", options_.queue}})),
      took_(parts_.metrics.latency("gatehouse_queue_attempt_seconds", "What one attempt took.",
                                   {{"queue", options_.queue}})) {
  limits::register_breaker_metrics(parts_.metrics, "queue_" + options_.queue, [this] { return lanes_.stats(); });
}

Worker::~Worker() { stop(); }

void Worker::start() {
  tend_at_ = parts_.clock.steady_now();
  for (unsigned i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), ("queue-" + options_.queue).substr(0, 15).c_str());
      run();
    });
  }
}

void Worker::stop() {
  stopping_ = true;
  ear_.close();
  if (doing_.cancel) doing_.cancel();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Worker::run() {
  while (auto task = next()) {
    safely([&] { work(*task); });
    task.reset();
    ear_.ring();  // its lane is free again
  }
}

// Waits until there is something to do. Empty: the worker stops.
std::optional<Worker::Task> Worker::next() {
  const std::lock_guard turn(turn_);
  for (auto heard = ear_.wait_for(pause_); heard != Bell::Ear::Heard::closed; heard = ear_.wait_for(pause_)) {
    tend_in_time();
    std::optional<Task> task;
    safely([&] {
      if (auto found = look()) task.emplace(std::move(*found));
    });
    if (task) {
      pause_ = milliseconds(0);
      return task;
    }
    const bool fresh = heard == Bell::Ear::Heard::ring;
    pause_ = fresh ? kLookAgain : std::min(std::max(pause_ * 2, kLookAgain), options_.poll);
  }
  return std::nullopt;
}

void Worker::tend_in_time() {
  if (parts_.clock.steady_now() < tend_at_) return;
  tend_at_ = parts_.clock.steady_now() + kTendEvery;
  try {
    tend();
  } catch (const std::exception& failure) {
    parts_.log.warn("queue_failed", {{"queue", options_.queue}, {"what", failure.what()}});
  }
}

// The database may be gone for a while: jobs wait in it until it is back.
void Worker::safely(const std::function<void()>& step) {
  try {
    step();
    if (failing_.exchange(false)) parts_.log.info("queue_recovered", {{"queue", options_.queue}});
  } catch (const std::exception& failure) {
    if (!failing_.exchange(true)) {
      parts_.log.warn("queue_failed", {{"queue", options_.queue}, {"what", failure.what()}});
    }
  }
}

bool Worker::work_once() {
  auto task = look();
  if (!task) return false;
  work(*task);
  return true;
}

std::optional<Worker::Task> Worker::look() {
  for (auto shut = lanes_.held();;) {
    const auto due = parts_.database.read_blocking(
        [&](db::Transaction& tx) { return parts_.jobs.due(tx, options_.queue, kCandidates, shut); });
    if (due.empty()) return std::nullopt;
    const std::string& lane = due[draw() % due.size()].lane;
    auto hold = lanes_.enter(lane);
    if (!hold) {
      shut.push_back(lane);
      continue;
    }
    std::vector<base::Uuid> ids;
    for (const auto& job : due) {
      if (job.lane == lane) ids.push_back(job.id);
    }
    auto job = take_one_of(std::move(ids));
    if (!job) return std::nullopt;
    return Task{std::move(*job), std::move(*hold)};
  }
}

void Worker::work(Task& task) {
  const auto started = parts_.clock.steady_now();
  const Outcome outcome = attempt(task.job);
  took_.observe(parts_.clock.steady_now() - started);
  if (outcome.reached) {
    task.hold.succeeded();
  } else {
    task.hold.failed();
  }
  settle(task.job, outcome);
}

std::optional<Job> Worker::take_one_of(std::vector<base::Uuid> ids) {
  while (!ids.empty()) {
    const auto chosen = ids.begin() + static_cast<std::ptrdiff_t>(draw() % ids.size());
    const auto until = parts_.clock.now() + options_.lease;
    auto job =
        parts_.database.write_blocking([&](db::Transaction& tx) { return parts_.jobs.take(tx, *chosen, until); });
    if (job) return job;
    ids.erase(chosen);
  }
  return std::nullopt;
}

Outcome Worker::attempt(const Job& job) {
  // One that killed its workers each time would otherwise do so for ever.
  if (job.attempts > options_.max_attempts) return {Verdict::bury, "too_many_attempts"};
  try {
    return doing_.handler(job);
  } catch (const base::Unavailable& unavailable) {
    parts_.log.warn("job_unavailable", {{"queue", options_.queue}, {"what", unavailable.what()}});
    return {Verdict::retry, "unavailable"};
  } catch (const std::exception& failure) {
    parts_.log.error("job_threw", {{"queue", options_.queue}, {"kind", job.kind}, {"what", failure.what()}});
    return {Verdict::retry, "threw"};
  }
}

void Worker::settle(const Job& job, const Outcome& outcome) {
  const bool last = job.attempts >= options_.max_attempts;
  const bool bury = outcome.verdict == Verdict::bury || (outcome.verdict == Verdict::retry && last);
  const auto due = parts_.clock.now() + (stopping_ ? milliseconds(0) : backoff(job.attempts));
  const bool ours = parts_.database.write_blocking([&](db::Transaction& tx) {
    if (outcome.verdict == Verdict::done) return parts_.jobs.done(tx, job);
    if (bury) return parts_.jobs.bury(tx, job, outcome.reason);
    return parts_.jobs.retry_later(tx, job, due, outcome.reason);
  });
  if (!ours) {
    lost_.increment();
    parts_.log.warn("job_lease_lost", {{"queue", options_.queue}, {"job", job.id.to_string()}});
  } else if (outcome.verdict == Verdict::done) {
    done_.increment();
  } else if (bury) {
    buried_.increment();
    parts_.log.error("job_buried", {{"queue", options_.queue},
                                    {"kind", job.kind},
                                    {"job", job.id.to_string()},
                                    {"attempts", job.attempts},
                                    {"reason", outcome.reason}});
  } else {
    retried_.increment();
    parts_.log.warn("job_failed", {{"queue", options_.queue},
                                   {"kind", job.kind},
                                   {"job", job.id.to_string()},
                                   {"attempts", job.attempts},
                                   {"reason", outcome.reason}});
  }
}

std::chrono::milliseconds Worker::backoff(unsigned attempts) {
  const unsigned doublings = std::min(attempts - 1, 30U);
  const auto full = std::min(options_.first_backoff * (std::int64_t{1} << doublings), options_.max_backoff);
  return full - full * (draw() >> 16U) / (2 * 65536);
}

std::uint32_t Worker::draw() {
  std::uint32_t bits = 0;
  parts_.random.fill(&bits, sizeof(bits));
  return bits;
}

void Worker::tend() {
  const auto depth =
      parts_.database.read_blocking([&](db::Transaction& tx) { return parts_.jobs.depth(tx, options_.queue); });
  waiting_.set(static_cast<double>(depth.waiting));
  leased_.set(static_cast<double>(depth.leased));
  dead_.set(static_cast<double>(depth.dead));
  const auto now = parts_.clock.now();
  const auto since = std::min(depth.waits_since.value_or(now), now);
  oldest_.set(std::chrono::duration<double>(now - since).count());
  if (depth.dead == 0) return;
  static_cast<void>(parts_.database.write_blocking([&](db::Transaction& tx) {
    return parts_.jobs.sweep_dead(tx, options_.queue, now - options_.keep_dead, options_.most_dead, kSweepStep);
  }));
}

}  // namespace gatehouse::queue
