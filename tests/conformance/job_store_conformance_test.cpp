#include "platform/queue/job_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::queue {
namespace {

using namespace std::chrono_literals;

class JobStoreConformance : public test::OnEveryDatabase {
 protected:
  void add(std::string payload, base::TimePoint due, std::string_view queue = "mail") {
    write([&](db::Transaction& tx) {
      store_.add(tx, {.queue = queue, .kind = "letter", .payload = payload, .due = due});
      return 0;
    });
  }
  void add(std::string payload) { add(std::move(payload), clock_.now()); }
  std::vector<base::Uuid> due(std::string_view queue = "mail", std::vector<std::string> without = {}) {
    std::vector<base::Uuid> ids;
    for (const auto& job :
         database().read_blocking([&](db::Transaction& tx) { return store_.due(tx, queue, 100, without); })) {
      ids.push_back(job.id);
    }
    return ids;
  }
  std::optional<Job> take(base::Uuid id) {
    return write([&](db::Transaction& tx) { return store_.take(tx, id, clock_.now() + 1min); });
  }
  Job take_only() {
    const auto ids = due();
    EXPECT_EQ(ids.size(), 1U);
    auto job = take(ids.at(0));
    EXPECT_TRUE(job);
    return std::move(*job);
  }
  std::vector<DeadJob> dead(std::optional<base::Uuid> after = std::nullopt, std::size_t limit = 100) {
    return database().read_blocking([&](db::Transaction& tx) { return store_.dead(tx, "mail", after, limit); });
  }
  QueueDepth depth() {
    return database().read_blocking([&](db::Transaction& tx) { return store_.depth(tx, "mail"); });
  }
  void bury_new(std::string payload) {
    add(std::move(payload));
    const auto job = take_only();
    ASSERT_TRUE(write([&](db::Transaction& tx) { return store_.bury(tx, job, "refused"); }));
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  JobStore store_{clock_, random_};
};
GATEHOUSE_ON_EVERY_DATABASE(JobStoreConformance);

TEST_P(JobStoreConformance, a_job_is_part_of_the_transaction_that_adds_it) {
  EXPECT_THROW(write([&](db::Transaction& tx) -> int {
                 store_.add(tx, {.queue = "mail", .kind = "letter", .payload = "{}", .due = clock_.now()});
                 throw std::runtime_error("changed its mind");
               }),
               std::runtime_error);
  EXPECT_TRUE(due().empty());
  add("{}");
  EXPECT_EQ(due().size(), 1U);
}

TEST_P(JobStoreConformance, a_job_is_taken_as_it_was_added) {
  add(R"({"account":"a"})");
  clock_.advance(5s);
  const auto job = take_only();
  EXPECT_EQ(job.queue, "mail");
  EXPECT_EQ(job.kind, "letter");
  EXPECT_EQ(job.payload, R"({"account":"a"})");
  EXPECT_EQ(job.attempts, 1U);
  EXPECT_EQ(job.created_at, clock_.now() - 5s);
}

TEST_P(JobStoreConformance, is_due_in_the_order_of_time_and_only_in_its_queue) {
  add("later", clock_.now() + 1h);
  add("second", clock_.now());
  add("first", clock_.now() - 1s);
  add("other", clock_.now(), "webhook");
  const auto ids = due();
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_EQ(take(ids[0])->payload, "first");
  EXPECT_EQ(take(ids[1])->payload, "second");
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(due("webhook").size(), 1U);
  clock_.advance(1h);
  EXPECT_EQ(due().size(), 3U);  // two leases have ended
}

// U04: so that the work is not done while the answer that caused it is on its way.
TEST_P(JobStoreConformance, U04_what_no_answer_may_tell_of_is_due_at_no_moment_to_be_foreseen) {
  std::set<base::TimePoint> moments;
  for (int i = 0; i < 1000; ++i) moments.insert(store_.after_the_answer());
  EXPECT_GE(*moments.begin(), clock_.now() + 50ms);
  EXPECT_LE(*moments.rbegin(), clock_.now() + JobStore::kAfterTheAnswer);
  EXPECT_GT(moments.size(), 100U);
  add("letter", store_.after_the_answer());
  EXPECT_TRUE(due().empty());
  clock_.advance(JobStore::kAfterTheAnswer);
  EXPECT_EQ(due().size(), 1U);
}

TEST_P(JobStoreConformance, what_is_due_may_be_asked_for_without_some_lanes) {
  const auto add_to = [&](std::string lane) {
    write([&](db::Transaction& tx) {
      store_.add(tx, {.queue = "alert", .kind = "k", .payload = lane, .due = clock_.now(), .lane = std::move(lane)});
      return 0;
    });
  };
  // The first is a part of the second: what is left out is a whole name.
  for (const char* lane : {"slack", "slack2", "webhook", "", "webhook"}) add_to(lane);
  const auto left = [&](std::vector<std::string> without) {
    std::multiset<std::string> lanes;
    for (const auto& job :
         database().read_blocking([&](db::Transaction& tx) { return store_.due(tx, "alert", 100, without); })) {
      lanes.insert(job.lane);
    }
    return lanes;
  };
  using Names = std::multiset<std::string>;
  EXPECT_EQ(left({}), (Names{"", "slack", "slack2", "webhook", "webhook"}));
  EXPECT_EQ(left({"webhook"}), (Names{"", "slack", "slack2"}));
  EXPECT_EQ(left({"slack", "webhook"}), (Names{"", "slack2"}));
  EXPECT_EQ(left({""}), (Names{"slack", "slack2", "webhook", "webhook"}));
  EXPECT_EQ(take(due("alert", {"slack", "slack2", "webhook"}).at(0))->lane, "");
}

TEST_P(JobStoreConformance, of_many_that_try_at_once_each_job_is_taken_by_one) {
  constexpr int kJobs = 20;
  for (int i = 0; i < kJobs; ++i) add(std::to_string(i));
  const auto ids = due();
  ASSERT_EQ(ids.size(), std::size_t{kJobs});
  std::atomic<int> taken{0};
  std::vector<std::thread> nodes;
  for (int node = 0; node < 4; ++node) {
    nodes.emplace_back([&] {
      for (const auto& id : ids) taken += take(id) ? 1 : 0;
    });
  }
  for (auto& node : nodes) node.join();
  EXPECT_EQ(taken, kJobs);
}

TEST_P(JobStoreConformance, a_killed_workers_job_is_taken_again_when_its_lease_ends) {
  add("{}");
  const auto lost = take_only();
  clock_.advance(1min - 1ms);
  EXPECT_TRUE(due().empty());
  EXPECT_FALSE(take(lost.id));
  clock_.advance(1ms);
  const auto again = take_only();
  EXPECT_EQ(again.id, lost.id);
  EXPECT_EQ(again.attempts, 2U);
  // What the first one still has to say comes too late.
  EXPECT_FALSE(write([&](db::Transaction& tx) { return store_.done(tx, lost); }));
  EXPECT_FALSE(write([&](db::Transaction& tx) { return store_.bury(tx, lost, "late"); }));
  EXPECT_FALSE(write([&](db::Transaction& tx) { return store_.retry_later(tx, lost, clock_.now(), "late"); }));
  EXPECT_TRUE(write([&](db::Transaction& tx) { return store_.done(tx, again); }));
  clock_.advance(1h);
  EXPECT_TRUE(due().empty());
}

TEST_P(JobStoreConformance, a_job_that_failed_waits_until_it_is_due_again) {
  add("{}");
  const auto job = take_only();
  EXPECT_TRUE(
      write([&](db::Transaction& tx) { return store_.retry_later(tx, job, clock_.now() + 10s, "greylisted"); }));
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(depth().waiting, 1U);
  EXPECT_EQ(depth().leased, 0U);
  clock_.advance(10s);
  EXPECT_EQ(take_only().attempts, 2U);
  EXPECT_EQ(depth().leased, 1U);
}

TEST_P(JobStoreConformance, the_dead_are_listed_newest_first_page_by_page_and_revived) {
  for (int i = 0; i < 5; ++i) {
    bury_new(std::to_string(i));
    clock_.advance(i % 2 == 0 ? 1s : 0s);  // some die at the same time
  }
  std::vector<std::string> seen;
  std::optional<base::Uuid> after;
  for (auto page = dead(after, 2); !page.empty(); page = dead(after, 2)) {
    for (const auto& job : page) seen.push_back(job.payload);
    after = page.back().id;
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 5U);
  EXPECT_EQ(seen.back(), "0");
  EXPECT_EQ(depth().dead, 5U);
  EXPECT_TRUE(due().empty());

  const auto chosen = dead()[0];
  EXPECT_EQ(chosen.reason, "refused");
  EXPECT_EQ(chosen.attempts, 1U);
  EXPECT_FALSE(write([&](db::Transaction& tx) { return store_.revive(tx, "webhook", chosen.id); }));
  EXPECT_TRUE(write([&](db::Transaction& tx) { return store_.revive(tx, "mail", chosen.id); }));
  EXPECT_FALSE(write([&](db::Transaction& tx) { return store_.revive(tx, "mail", chosen.id); }));
  EXPECT_EQ(take_only().attempts, 1U);
  EXPECT_EQ(depth().dead, 4U);
}

TEST_P(JobStoreConformance, the_dead_are_swept_by_age_and_by_number) {
  for (int i = 0; i < 6; ++i) {
    bury_new(std::to_string(i));
    clock_.advance(1s);
  }
  const auto sweep = [&](base::TimePoint before, std::size_t keep, std::size_t limit) {
    return write([&](db::Transaction& tx) { return store_.sweep_dead(tx, "mail", before, keep, limit); });
  };
  EXPECT_EQ(sweep(clock_.now() - 4s, 100, 1), 1U);  // 0 and 1 are old enough, one fits the step
  EXPECT_EQ(sweep(clock_.now() - 4s, 100, 10), 1U);
  EXPECT_EQ(sweep(clock_.now() - 4s, 3, 10), 1U);
  const auto left = dead();
  ASSERT_EQ(left.size(), 3U);
  EXPECT_EQ(left[2].payload, "3");
}

TEST_P(JobStoreConformance, depth_says_since_when_the_oldest_waits) {
  EXPECT_FALSE(depth().waits_since);
  add("a", clock_.now() - 90s);
  add("b");
  EXPECT_EQ(depth().waits_since, clock_.now() - 90s);
  EXPECT_EQ(depth().waiting, 2U);
}

// Or an outage would never show: each attempt puts off when a job is due.
TEST_P(JobStoreConformance, a_job_that_failed_waits_since_it_was_made_not_since_its_last_attempt) {
  const auto made = clock_.now();
  add("a");
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto job = take_only();
    EXPECT_EQ(depth().waits_since, made) << "in somebody's hands";
    EXPECT_TRUE(write([&](db::Transaction& tx) { return store_.retry_later(tx, job, clock_.now() + 1h, "down"); }));
    EXPECT_EQ(depth().waits_since, made) << "until it is tried again";
    clock_.advance(1h);
  }
  const auto job = take_only();
  EXPECT_TRUE(write([&](db::Transaction& tx) { return store_.done(tx, job); }));
  EXPECT_FALSE(depth().waits_since);
}

TEST_P(JobStoreConformance, what_is_for_later_is_not_late_and_neither_is_what_was_given_up) {
  add("later", clock_.now() + 1h);
  clock_.advance(10min);
  EXPECT_FALSE(depth().waits_since);
  bury_new("dead");
  EXPECT_FALSE(depth().waits_since);
  clock_.advance(50min);
  EXPECT_EQ(depth().waits_since, clock_.now()) << "since it is due, though it was made before";
  const auto revived = dead()[0].id;
  EXPECT_TRUE(write([&](db::Transaction& tx) { return store_.revive(tx, "mail", revived); }));
  EXPECT_EQ(depth().waits_since, clock_.now()) << "a new beginning";
}

TEST_P(JobStoreConformance, a_restart_keeps_every_job) {
  if (!test_database().is_durable()) return;
  add("kept");
  static_cast<void>(take_only());
  test_database().reopen();
  clock_.advance(1min);
  EXPECT_EQ(take_only().payload, "kept");
}

}  // namespace
}  // namespace gatehouse::queue
