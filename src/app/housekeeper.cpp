#include "app/housekeeper.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "app/erased_list.hpp"
#include "platform/mail/folder_mailer.hpp"

namespace gatehouse::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// In SQLite only this process and commands write, and commands say so; on a server every other node does at any moment,
// and what it ends has to be refused here within 50 ms.
constexpr milliseconds kLookAtFile{1'000};
constexpr milliseconds kLookAtServer{20};
constexpr seconds kTendEvery{60};
constexpr std::chrono::hours kShortenListEvery{1};
constexpr std::size_t kSweepStep = 500;  // rows a transaction
// Between two steps: a step takes 7 ms of the database's time, so requests have three quarters of it to themselves.
constexpr milliseconds kSweepRest{20};

}  // namespace

Housekeeper::Housekeeper(Installation& installation, gate::Gates& gates, feed::Journal* journal,
                         std::function<void()> each_second, telemetry::Logger& log, telemetry::Metrics& metrics)
    : installation_(installation),
      follower_(installation, gates, journal),
      each_second_(std::move(each_second)),
      activity_(*installation.database, installation.clock, installation.random,
                [&metrics] { return identity::read_activity(metrics); }),
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
  if (!thread_.joinable()) return;
  thread_.join();
  record_activity();
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

void Housekeeper::record_activity() {
  try {
    activity_.record();
  } catch (const std::exception& failure) {
    failures_.increment();
    log_.error("housekeeping_failed", {{"what", failure.what()}});
  }
}

void Housekeeper::tend() {
  record_activity();
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
    const auto& keep = installation_.settings.privacy;
    const auto unseen = now - keep.keep_known_devices;
    sweep_in_steps([&](db::Transaction& tx) { return installation_.known_clients.sweep(tx, unseen, kSweepStep); });
    sweep_in_steps([&](db::Transaction& tx) { return installation_.address_blocks.sweep(tx, now, kSweepStep); });
    mail::remove_letters_before(installation_.settings.data.dir / "mail", now - keep.keep_letters);
    erase_due(now);
    follow_erasures();
    remove_letters_to_nobody(installation_, [this] { turn(); });
    const auto listed = now - keep.keep_erased_ids;
    sweep_in_steps([&](db::Transaction& tx) { return installation_.erasures.sweep(tx, listed, kSweepStep); });
    shorten_list(listed, now);
    sweep_in_steps([&](db::Transaction& tx) { return installation_.activities.sweep(tx, now, kSweepStep); });
  } catch (const std::exception& failure) {
    failures_.increment();
    log_.error("housekeeping_failed", {{"what", failure.what()}});
  }
}

// Members whose days of grace are over. Gates hear of it as of every ending, by the revocation log.
void Housekeeper::erase_due(base::TimePoint now) {
  const auto& erasures = installation_.erasures;
  sweep_in_steps([&](db::Transaction& tx) -> std::size_t {
    const auto accounts = erasures.due(tx, now, 1);
    for (const auto& account : accounts) (void)erasures.erase(tx, account, {"owner"}, now);
    return accounts.empty() ? 0 : kSweepStep;
  });
}

// After an erasure, whichever process did it: what there is of it outside of the database, its id into this folder's
// list, which outlives the database, and what was deleted out of the database's log.
void Housekeeper::follow_erasures() {
  // A letter that was being written when its account went.
  if (const auto late = std::exchange(heard_of_, {}); !late.empty() && on_erased_) on_erased_(late);
  auto& database = *installation_.database;
  const auto mark = database.read_blocking([&](db::Transaction& tx) { return installation_.erasures.mark(tx); });
  if (mark == erasures_followed_) return;
  complete_erased_list(installation_.settings.data.dir, database, installation_.erasures, [&](const auto& gone) {
    if (on_erased_) on_erased_(gone);
    heard_of_ = gone;
  });
  if (database.forget_deleted()) erasures_followed_ = mark;
}

// The list is read for it as a whole, which may be long.
void Housekeeper::shorten_list(base::TimePoint before, base::TimePoint now) {
  const auto steady = installation_.clock.steady_now();
  if (steady < next_shortening_) return;
  forget_listed(installation_.settings.data.dir, before, now);
  next_shortening_ = steady + kShortenListEvery;
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
