#include "app/housekeeper.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace gatehouse::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// In SQLite only this process and commands write, and commands say so; on a server every other node does at any moment,
// and what it ends has to be refused here within 50 ms.
constexpr milliseconds kLookAtFile{1'000};
constexpr milliseconds kLookAtServer{20};
constexpr seconds kTendEvery{60};
constexpr std::size_t kSweepStep = 500;  // rows a transaction
// Between two steps: a step takes 7 ms of the database's time, so requests have three quarters of it to themselves.
constexpr milliseconds kSweepRest{20};

}  // namespace

Housekeeper::Housekeeper(Installation& installation, gate::Gates& gates, feed::Journal* journal,
                         std::function<void()> each_second, telemetry::Logger& log, telemetry::Metrics& metrics)
    : installation_(installation),
      follower_(installation, gates, journal),
      each_second_(std::move(each_second)),
      log_(log),
      failures_(metrics.counter("gatehouse_app_housekeeping_failures_total", "Looks at the database that failed.")),
      look_every_(installation.database->dialect() == db::Database::Dialect::sqlite ? kLookAtFile : kLookAtServer) {}

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
  next_second_ = installation_.clock.steady_now() + seconds(1);
  auto next_tending = installation_.clock.steady_now() + kTendEvery;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, look_every_, [this] { return stopping_; })) {
    lock.unlock();
    turn();
    if (installation_.clock.steady_now() >= next_tending) {
      next_tending = installation_.clock.steady_now() + kTendEvery;
      tend();
    }
    lock.lock();
  }
}

// What is due again and again, and no sweep may hold up.
void Housekeeper::turn() {
  look_now();
  const auto now = installation_.clock.steady_now();
  if (now < next_second_) return;
  next_second_ = now + seconds(1);
  each_second_();
}

bool Housekeeper::look_now() {
  try {
    follower_.follow();
    if (failing_.exchange(false)) log_.info("housekeeping_recovered");
    return true;
  } catch (const std::exception& failure) {
    // The gates are not told that they are up to date: after max_staleness they answer 503, never a stale yes.
    failures_.increment();
    if (!failing_.exchange(true)) log_.error("housekeeping_failed", {{"what", failure.what()}});
    return false;
  }
}

void Housekeeper::tend() {
  try {
    const auto changed = installation_.keys.maintain();
    if (!changed) throw std::runtime_error(to_string(changed.error()));
    if (*changed) follower_.keys_changed();
    const auto now = installation_.clock.now();
    sweep_in_steps([&](db::Transaction& tx) { return installation_.revocations.sweep(tx, now, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.sessions.sweep(tx, now, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.sign_in_steps.sweep(tx, now, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.proofs.sweep(tx, now, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.invites.sweep(tx, now, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.known_clients.sweep(tx, now, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.address_blocks.sweep(tx, now, kSweepStep); });
  } catch (const std::exception& failure) {
    failures_.increment();
    log_.error("housekeeping_failed", {{"what", failure.what()}});
  }
}

// Each step is a transaction of its own, so that a waiting request never waits for more than one; between two the
// database is the requests', and what others have ended is heard of as soon as ever.
template <class Step>
void Housekeeper::sweep_in_steps(Step step) {
  while (installation_.database->write_blocking([&](db::Transaction& tx) { return step(tx); }) == kSweepStep) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kSweepRest, [this] { return stopping_; })) return;
    }
    turn();
  }
}

}  // namespace gatehouse::app
