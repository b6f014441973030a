#include "platform/queue/worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "platform/base/unavailable.hpp"
#include "platform/telemetry/collected_log.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/test_database.hpp"

namespace gatehouse::queue {
namespace {

using namespace std::chrono_literals;
using Verdict = Outcome::Verdict;

class WorkerTest : public ::testing::Test {
 protected:
  void add(std::string payload, std::string lane = {}) {
    database_->database().write_blocking([&](db::Transaction& tx) {
      store_.add(tx, {.queue = "mail", .kind = "letter", .payload = payload, .due = clock_.now(), .lane = lane});
    });
  }
  std::unique_ptr<Worker> make(Worker::Doing doing, WorkerOptions options = {}) {
    options.queue = "mail";
    return std::make_unique<Worker>(
        Worker::Parts{database_->database(), store_, clock_, random_, log_.logger(), metrics_}, options,
        std::move(doing));
  }
  std::unique_ptr<Worker> make(Worker::Handler handler, WorkerOptions options = {}) {
    return make(Worker::Doing{.handler = std::move(handler)}, options);
  }
  QueueDepth depth() {
    return database_->database().read_blocking([&](db::Transaction& tx) { return store_.depth(tx, "mail"); });
  }
  std::vector<DeadJob> dead() {
    return database_->database().read_blocking(
        [&](db::Transaction& tx) { return store_.dead(tx, "mail", std::nullopt, 10); });
  }
  bool rendered(const std::string& line) { return metrics_.render().find(line) != std::string::npos; }

  std::unique_ptr<test::TestDatabase> database_ = test::sqlite_in_memory();
  base::FakeClock clock_;
  test::FakeRandom random_;
  telemetry::CollectedLog log_;
  telemetry::Metrics metrics_;
  JobStore store_{clock_, random_};
};

TEST_F(WorkerTest, does_what_is_due_and_forgets_it) {
  std::vector<std::string> seen;
  auto worker = make([&](const Job& job) {
    seen.push_back(job.payload);
    return Outcome{};
  });
  EXPECT_FALSE(worker->work_once());
  add("a");
  EXPECT_TRUE(worker->work_once());
  EXPECT_FALSE(worker->work_once());
  EXPECT_EQ(seen, std::vector<std::string>{"a"});
  EXPECT_EQ(depth().waiting + depth().leased + depth().dead, 0U);
  EXPECT_TRUE(rendered(R"(gatehouse_queue_attempts_total{outcome="done",queue="mail"} 1)"));
}

TEST_F(WorkerTest, waits_longer_after_each_failure_and_buries_after_the_last) {
  auto worker = make(
      [](const Job&) {
        return Outcome{Verdict::retry, "greylisted"};
      },
      {.max_attempts = 4, .first_backoff = 10s, .max_backoff = 30s});
  add("a");
  for (const auto longest : {10s, 20s, 30s}) {
    EXPECT_TRUE(worker->work_once());
    clock_.advance(longest / 2 - 1ms);
    EXPECT_FALSE(worker->work_once());  // never sooner than half of it
    clock_.advance(longest - longest / 2 + 1ms);
  }
  EXPECT_TRUE(worker->work_once());
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0].reason, "greylisted");
  EXPECT_EQ(dead()[0].attempts, 4U);
  EXPECT_TRUE(log_.contains("job_buried"));
}

TEST_F(WorkerTest, an_outage_shows_as_a_job_that_waits_longer_and_longer) {
  auto worker = make(
      [](const Job&) {
        return Outcome{Verdict::retry, "not_connected", false};
      },
      {.first_backoff = 20s, .max_backoff = 1h});
  add("a");
  for (int minute = 1; minute <= 10; ++minute) {
    while (worker->work_once()) continue;
    clock_.advance(1min);
    worker->tend();
    const auto line = R"(gatehouse_queue_oldest_seconds{queue="mail"} )" + std::to_string(minute * 60) + "\n";
    EXPECT_TRUE(rendered(line)) << line;
  }
}

TEST_F(WorkerTest, buries_at_once_what_will_never_do) {
  auto worker = make([](const Job&) { return Outcome{Verdict::bury, "refused"}; });
  add("a");
  EXPECT_TRUE(worker->work_once());
  EXPECT_EQ(dead().size(), 1U);
}

TEST_F(WorkerTest, what_is_thrown_is_tried_again) {
  int attempt = 0;
  auto worker = make([&](const Job&) -> Outcome {
    if (++attempt == 1) throw base::Unavailable("storage_queue_full");
    if (attempt == 2) throw std::runtime_error("no such table");
    return {};
  });
  add("a");
  EXPECT_TRUE(worker->work_once());
  clock_.advance(1h);
  EXPECT_TRUE(worker->work_once());
  clock_.advance(1h);
  EXPECT_TRUE(worker->work_once());
  EXPECT_EQ(attempt, 3);
  EXPECT_EQ(depth().waiting, 0U);
}

TEST_F(WorkerTest, an_outage_uses_up_no_attempts_of_what_waits) {
  int calls = 0;
  bool up = false;
  auto worker = make(
      [&](const Job&) {
        ++calls;
        return up ? Outcome{} : Outcome{Verdict::retry, "not_connected", false};
      },
      {.breaker = {.failures = 3, .cool_down = 1s, .max_cool_down = 1s}});
  for (int i = 0; i < 20; ++i) add(std::to_string(i));
  while (worker->work_once()) continue;
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(depth().waiting, 20U);
  clock_.advance(10min);
  up = true;
  while (worker->work_once()) continue;
  EXPECT_EQ(calls, 23);
  EXPECT_EQ(depth().waiting, 0U);
  EXPECT_TRUE(rendered(R"(gatehouse_limits_breaker_state{breaker="queue_mail"} 0)"));
}

TEST_F(WorkerTest, a_worker_killed_half_way_leaves_its_job_to_another) {
  add("a");
  const auto ids = database_->database().read_blocking([&](db::Transaction& tx) { return store_.due(tx, "mail", 1); });
  // Taken, and never heard of again: what SIGKILL leaves behind.
  ASSERT_TRUE(database_->database().write_blocking(
      [&](db::Transaction& tx) { return store_.take(tx, ids.at(0).id, clock_.now() + 2min).has_value(); }));
  unsigned attempts = 0;
  auto worker = make([&](const Job& job) {
    attempts = job.attempts;
    return Outcome{};
  });
  EXPECT_FALSE(worker->work_once());
  clock_.advance(2min);
  EXPECT_TRUE(worker->work_once());
  EXPECT_EQ(attempts, 2U);
  EXPECT_EQ(depth().leased, 0U);
}

TEST_F(WorkerTest, a_job_that_kills_each_worker_is_buried_unseen) {
  add("a");
  const auto ids = database_->database().read_blocking([&](db::Transaction& tx) { return store_.due(tx, "mail", 1); });
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(database_->database().write_blocking(
        [&](db::Transaction& tx) { return store_.take(tx, ids.at(0).id, clock_.now() + 2min).has_value(); }));
    clock_.advance(2min);
  }
  bool seen = false;
  auto worker = make(
      [&](const Job&) {
        seen = true;
        return Outcome{};
      },
      {.max_attempts = 2});
  EXPECT_TRUE(worker->work_once());
  EXPECT_FALSE(seen);
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0].reason, "too_many_attempts");
}

TEST_F(WorkerTest, one_that_outlives_its_lease_changes_nothing) {
  add("a");
  auto worker = make([&](const Job& job) {
    clock_.advance(3min);
    const bool taken = database_->database().write_blocking(
        [&](db::Transaction& tx) { return store_.take(tx, job.id, clock_.now() + 2min).has_value(); });
    EXPECT_TRUE(taken);
    return Outcome{};
  });
  EXPECT_TRUE(worker->work_once());
  EXPECT_EQ(depth().leased, 1U);  // still the other's
  EXPECT_TRUE(rendered(R"(gatehouse_queue_attempts_total{outcome="lease_lost",queue="mail"} 1)"));
}

TEST_F(WorkerTest, tending_counts_jobs_and_removes_the_long_dead) {
  auto worker = make([](const Job&) { return Outcome{Verdict::bury, "refused"}; }, {.keep_dead = 24h});
  add("a");
  EXPECT_TRUE(worker->work_once());
  add("b");
  clock_.advance(90s);
  worker->tend();
  EXPECT_TRUE(rendered(R"(gatehouse_queue_jobs{queue="mail",state="waiting"} 1)"));
  EXPECT_TRUE(rendered(R"(gatehouse_queue_jobs{queue="mail",state="dead"} 1)"));
  EXPECT_TRUE(rendered(R"(gatehouse_queue_oldest_seconds{queue="mail"} 90)"));
  clock_.advance(24h);
  worker->tend();
  EXPECT_EQ(dead().size(), 0U);
}

// A gate that the handler waits at, so that nothing here waits for a time.
class Latch {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST_F(WorkerTest, wakes_for_a_job_that_is_added_while_it_sleeps) {
  Latch done;
  auto worker = make(
      [&](const Job&) {
        done.open();
        return Outcome{};
      },
      {.poll = std::chrono::hours(1)});  // nothing but the bell wakes it
  worker->start();
  add("a");
  done.wait();
  worker->stop();
  EXPECT_EQ(depth().waiting + depth().leased, 0U);
}

TEST_F(WorkerTest, stopping_cancels_what_runs_and_leaves_it_due) {
  Latch running;
  Latch cancelled;
  auto worker = make(Worker::Doing{.handler =
                                       [&](const Job&) {
                                         running.open();
                                         cancelled.wait();
                                         return Outcome{Verdict::retry, "cancelled", true};
                                       },
                                   .cancel = [&] { cancelled.open(); }});
  worker->start();
  add("a");
  running.wait();
  worker->stop();
  const auto due = database_->database().read_blocking([&](db::Transaction& tx) { return store_.due(tx, "mail", 1); });
  EXPECT_EQ(due.size(), 1U);
}

TEST_F(WorkerTest, an_outage_in_one_lane_holds_up_no_other) {
  std::vector<std::string> seen;
  auto worker = make(
      [&](const Job& job) {
        seen.push_back(job.lane);
        return job.lane == "slack" ? Outcome{Verdict::retry, "not_connected", false} : Outcome{};
      },
      {.breaker = {.failures = 2, .cool_down = 1s, .max_cool_down = 1s}});
  for (int i = 0; i < 40; ++i) add("a", "slack");
  for (int i = 0; i < 5; ++i) add("b", "email");
  while (worker->work_once()) continue;
  EXPECT_EQ(std::ranges::count(seen, "slack"), 2);
  EXPECT_EQ(std::ranges::count(seen, "email"), 5);
  EXPECT_EQ(depth().waiting, 40U);
  EXPECT_TRUE(rendered(R"(gatehouse_limits_breaker_state{breaker="queue_mail"} 2)"));
}

TEST_F(WorkerTest, a_lane_that_hangs_holds_up_no_other_and_has_one_job_in_hand) {
  Latch hangs;
  Latch release;
  Latch others_done;
  std::atomic<int> hanging{0};
  std::atomic<int> most_hanging{0};
  std::atomic<int> others{0};
  auto worker = make(
      [&](const Job& job) {
        if (job.lane == "slow") {
          most_hanging = std::max(most_hanging.load(), ++hanging);
          hangs.open();
          release.wait();
          --hanging;
        } else if (++others == 8) {
          others_done.open();
        }
        return Outcome{};
      },
      {.poll = std::chrono::hours(1), .threads = 2});
  // More than a look sees at once: what waits behind them is found all the same.
  for (int i = 0; i < 40; ++i) add("a", "slow");
  worker->start();
  hangs.wait();
  for (int i = 0; i < 4; ++i) add("b", "quick");
  for (int i = 0; i < 4; ++i) add("c", "quicker");
  others_done.wait();
  EXPECT_EQ(hanging, 1);
  release.open();
  while (depth().waiting + depth().leased > 0) std::this_thread::yield();  // nobody has to ring for the rest
  worker->stop();
  EXPECT_EQ(most_hanging, 1);
}

TEST_F(WorkerTest, stopping_cancels_all_that_hangs) {
  Latch cancelled;
  std::mutex mutex;
  std::set<std::string> running;
  Latch all_running;
  auto worker = make(Worker::Doing{.handler =
                                       [&](const Job& job) {
                                         {
                                           const std::lock_guard lock(mutex);
                                           running.insert(job.lane);
                                           if (running.size() == 3) all_running.open();
                                         }
                                         cancelled.wait();
                                         return Outcome{Verdict::retry, "cancelled", true};
                                       },
                                   .cancel = [&] { cancelled.open(); }},
                     {.threads = 3});
  for (const char* lane : {"a", "a", "b", "b", "c", "c"}) add("x", lane);
  worker->start();
  all_running.wait();
  worker->stop();
  const auto due = database_->database().read_blocking([&](db::Transaction& tx) { return store_.due(tx, "mail", 9); });
  EXPECT_EQ(due.size(), 6U);
}

}  // namespace
}  // namespace gatehouse::queue
