#include "identity/webhook/endpoint_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "identity/webhook/dispatcher.hpp"
#include "identity/webhook/event_message.hpp"
#include "platform/audit/log.hpp"
#include "platform/queue/job_store.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class EndpointStoreConformance : public test::OnEveryDatabase {
 protected:
  Endpoint add(std::vector<std::string> types = {}) {
    Endpoint endpoint{.id = base::Uuid::v7(clock_, random_),
                      .types = std::move(types),
                      .from_seq = 7,
                      .sealed = std::string("\0sealed\xff", 8),
                      .created_at = clock_.now()};
    EXPECT_TRUE(write([&](auto& tx) { return store_.insert(tx, endpoint); }));
    return endpoint;
  }
  std::optional<Endpoint> find(base::Uuid id) {
    return database().read_blocking([&](db::Transaction& tx) { return store_.find(tx, id); });
  }
  bool fail(base::Uuid id, bool gone = false) {
    const auto now = clock_.now();
    return write([&](auto& tx) { return store_.note_failure(tx, id, "timed_out", now, now - 72h, gone); });
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  EndpointStore store_;
};
GATEHOUSE_ON_EVERY_DATABASE(EndpointStoreConformance);

TEST_P(EndpointStoreConformance, an_endpoint_is_read_as_it_was_written) {
  const auto made = add({"password.*", "session.ended"});
  const auto found = find(made.id);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->enabled);
  EXPECT_EQ(found->types, made.types);
  EXPECT_EQ(found->from_seq, 7);
  EXPECT_EQ(found->sealed, made.sealed);
  EXPECT_EQ(found->created_at, clock_.now());
  EXPECT_FALSE(found->failing_since);
  EXPECT_EQ(found->last_failure, "");
  EXPECT_TRUE(write([&](auto& tx) { return store_.remove(tx, made.id); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.remove(tx, made.id); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.update(tx, made); }));
}

TEST_P(EndpointStoreConformance, failures_count_from_the_first_after_a_success) {
  const auto id = add().id;
  EXPECT_FALSE(fail(id));
  const auto first = clock_.now();
  clock_.advance(71h);
  EXPECT_FALSE(fail(id));
  EXPECT_EQ(find(id)->failing_since, first);
  write([&](auto& tx) { return store_.note_success(tx, id), 0; });
  clock_.advance(2h);
  EXPECT_FALSE(fail(id));
  clock_.advance(72h);
  EXPECT_TRUE(fail(id));
  EXPECT_FALSE(fail(id));  // said once
  EXPECT_FALSE(find(id)->enabled);
  EXPECT_EQ(find(id)->last_failure, "timed_out");
  auto again = *find(id);
  again.enabled = true;
  EXPECT_TRUE(write([&](auto& tx) { return store_.update(tx, again); }));
  EXPECT_FALSE(find(id)->failing_since);
}

TEST_P(EndpointStoreConformance, one_that_is_gone_is_switched_off_at_once) {
  const auto id = add().id;
  EXPECT_TRUE(fail(id, true));
  EXPECT_FALSE(find(id)->enabled);
}

TEST_P(EndpointStoreConformance, a_position_is_moved_by_one_of_those_that_start_from_it) {
  const auto from = database().read_blocking([&](db::Transaction& tx) { return store_.position(tx); });
  EXPECT_EQ(from, Position());
  const auto move = [&](int node) {
    const Position to{.seq = 10 + node, .gaps = {{3, clock_.now()}, {5, clock_.now() + 1s}}};
    return write([&](auto& tx) { return store_.move(tx, from, to); });
  };
  EXPECT_EQ(winners(4, move), 1);
  const auto now = database().read_blocking([&](db::Transaction& tx) { return store_.position(tx); });
  EXPECT_GE(now.seq, 10);
  EXPECT_EQ(now.gaps.size(), 2U);
  EXPECT_EQ(now.gaps.at(5), clock_.now() + 1s);
}

// Nodes follow while others record: every event becomes one job.
TEST_P(EndpointStoreConformance, each_event_becomes_one_job_whoever_follows_and_whatever_commits_meanwhile) {
  constexpr int kEvents = 60;
  static_cast<void>(write([&](auto& tx) {
    Endpoint endpoint{.id = base::Uuid::v7(clock_, random_), .types = {"session.*"}, .created_at = clock_.now()};
    return store_.insert(tx, endpoint);
  }));
  audit::Log audit(clock_);
  queue::JobStore jobs(clock_, random_);
  std::atomic<int> left{3};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEvents / 3; ++i) {
        write([&](auto& tx) { return audit.record(tx, {.type = "session.ended"}), 0; });
      }
      --left;
    });
  }
  for (int node = 0; node < 2; ++node) {
    threads.emplace_back([&] {
      Dispatcher dispatcher(database(), store_, jobs, clock_);
      while (left > 0) dispatcher.step();
    });
  }
  for (auto& thread : threads) thread.join();
  Dispatcher last(database(), store_, jobs, clock_);
  while (last.step() > 0) continue;
  std::set<std::int64_t> told;
  std::size_t count = 0;
  database().read_blocking([&](db::Transaction& tx) {
    tx.query("SELECT payload FROM job WHERE queue = 'webhook'", {}, [&](const db::Row& row) {
      told.insert(EventJob::read(row.text(0))->seq);
      ++count;
    });
  });
  EXPECT_EQ(count, std::size_t{kEvents});
  EXPECT_EQ(told.size(), std::size_t{kEvents});
}

}  // namespace
}  // namespace gatehouse::identity
