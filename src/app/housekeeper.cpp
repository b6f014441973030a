#include "app/housekeeper.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <vector>

namespace gatehouse::app {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr int kTendEvery = 60;             // looks
constexpr std::size_t kSweepStep = 500;    // rows a transaction
constexpr std::size_t kLoadStep = 10'000;  // rows a read

}  // namespace

Housekeeper::Housekeeper(Installation& installation, gate::Gates& gates, telemetry::Logger& log,
                         telemetry::Metrics& metrics)
    : installation_(installation),
      gates_(gates),
      log_(log),
      failures_(metrics.counter("gatehouse_app_housekeeping_failures_total", "Looks at the database that failed.")) {
  std::size_t loaded = 0;
  do {
    const auto began = installation_.clock.steady_now();
    const auto rows = installation_.database->read_blocking([&](db::Transaction& tx) {
      return installation_.revocations.live_since(tx, last_seq_, installation_.clock.now(), kLoadStep);
    });
    loaded = rows.size();
    gates_.load(rows, loaded < kLoadStep ? std::optional(began) : std::nullopt);
    if (loaded > 0) last_seq_ = rows.back().seq;
  } while (loaded == kLoadStep);
  gates_.set_keys(installation_.keys.snapshot()->verification, false);
}

Housekeeper::~Housekeeper() { stop(); }

void Housekeeper::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "housekeeper");
    run();
  });
}

void Housekeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::run() {
  std::unique_lock lock(mutex_);
  for (int looks = 1; !wake_.wait_for(lock, kLookEvery, [this] { return stopping_; }); ++looks) {
    lock.unlock();
    look_now();
    gates_.sweep();
    if (looks % kTendEvery == 0) tend();
    lock.lock();
  }
}

bool Housekeeper::look_now() {
  try {
    follow();
    return true;
  } catch (const std::exception& failure) {
    // The gates are not told that they are up to date: after max_staleness they answer 503, never a stale yes.
    failures_.increment();
    log_.error("housekeeping_failed", {{"what", failure.what()}});
    return false;
  }
}

void Housekeeper::follow() {
  const std::lock_guard lock(follow_mutex_);
  std::size_t read = 0;
  do {
    const auto began = installation_.clock.steady_now();
    auto rows = installation_.database->read_blocking([&](db::Transaction& tx) {
      return installation_.revocations.live_since(tx, last_seq_, installation_.clock.now(), kLoadStep);
    });
    read = rows.size();
    const std::int64_t newest = rows.empty() ? last_seq_ : rows.back().seq;
    gates_.follow(std::move(rows), read < kLoadStep ? std::optional(began) : std::nullopt);
    last_seq_ = newest;
  } while (read == kLoadStep);

  const auto changed = installation_.keys.reload();
  if (!changed) throw std::runtime_error(to_string(changed.error()));
  if (*changed) gates_.set_keys(installation_.keys.snapshot()->verification, true);
}

void Housekeeper::tend() {
  try {
    const auto changed = installation_.keys.maintain();
    if (!changed) throw std::runtime_error(to_string(changed.error()));
    if (*changed) gates_.set_keys(installation_.keys.snapshot()->verification, true);
    const auto now = installation_.clock.now();
    sweep_in_steps([&](db::Transaction& tx) { return installation_.revocations.sweep(tx, now, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.sessions.sweep(tx, now, kSweepStep); });
  } catch (const std::exception& failure) {
    failures_.increment();
    log_.error("housekeeping_failed", {{"what", failure.what()}});
  }
}

// Each step is a transaction of its own, so that a waiting request never waits for more than one.
template <class Step>
void Housekeeper::sweep_in_steps(Step step) {
  for (std::size_t swept = kSweepStep; swept == kSweepStep;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    swept = installation_.database->write_blocking([&](db::Transaction& tx) { return step(tx); });
  }
}

}  // namespace gatehouse::app
