#include "identity/token/revocation_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "platform/base/random.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"
#include "tests/support/run_on_loop.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using contract::Revocation;

class RevocationStoreConformance : public test::OnEveryDatabase {
 protected:
  static constexpr auto kLife = 15min + RevocationStore::kSkewMargin;

  Revocation revoke_session() {
    const contract::SessionId id(base::Uuid::random(random_));
    return database().write_blocking([&](db::Transaction& tx) { return store_.revoke_session(tx, id, clock_.now()); });
  }
  std::vector<Revocation> live_since(std::int64_t seq, std::size_t limit = 10'000) {
    return database().read_blocking(
        [&](db::Transaction& tx) { return store_.live_since(tx, seq, clock_.now(), limit); });
  }
  std::size_t sweep(std::size_t limit) {
    return database().write_blocking([&](db::Transaction& tx) { return store_.sweep(tx, clock_.now(), limit); });
  }

  // Looks once; the seqs of what it brought.
  std::vector<std::int64_t> look(FollowerState& state) {
    auto followed =
        database().read_blocking([&](db::Transaction& tx) { return store_.follow(tx, state, clock_.now()); });
    state = std::move(followed.next);
    std::vector<std::int64_t> seqs;
    for (const auto& row : followed.rows) seqs.push_back(row.seq);
    return seqs;
  }

  base::FakeClock clock_;
  test::FakeRandom random_;
  RevocationStore store_{15min};
};
GATEHOUSE_ON_EVERY_DATABASE(RevocationStoreConformance);

TEST_P(RevocationStoreConformance, each_kind_is_read_as_it_was_written) {
  const contract::SessionId session(base::Uuid::random(random_));
  const contract::AccountId account(base::Uuid::v7(clock_, random_));
  const auto written = database().write_blocking([&](db::Transaction& tx) {
    std::vector<Revocation> rows;
    rows.push_back(store_.revoke_session(tx, session, clock_.now()));
    rows.push_back(store_.revoke_tokens_before(tx, account, 42, clock_.now()));
    rows.push_back(store_.revoke_token(tx, "a-jti", clock_.now()));
    rows.push_back(store_.revoke_key(tx, "a-kid", clock_.now()));
    return rows;
  });
  const auto read = live_since(0);
  ASSERT_EQ(read.size(), 4U);
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].seq, written[i].seq);
    EXPECT_EQ(read[i].kind, written[i].kind);
    EXPECT_EQ(read[i].key, written[i].key);
    EXPECT_EQ(read[i].min_epoch, written[i].min_epoch);
    EXPECT_EQ(read[i].until, clock_.now() + kLife);
  }
  EXPECT_EQ(read[0].key, session.bytes());
  EXPECT_EQ(read[1].key, account.bytes());
  EXPECT_EQ(read[1].min_epoch, 42);
}

TEST_P(RevocationStoreConformance, a_follower_that_pages_sees_every_row_once_and_in_order) {
  for (int i = 0; i < 10; ++i) (void)revoke_session();
  std::int64_t seq = 0;
  std::size_t seen = 0;
  for (auto page = live_since(seq, 3); !page.empty(); page = live_since(seq, 3)) {
    for (const auto& row : page) {
      EXPECT_GT(row.seq, seq);
      seq = row.seq;
      ++seen;
    }
  }
  EXPECT_EQ(seen, 10U);
  EXPECT_TRUE(live_since(seq, 3).empty());
}

TEST_P(RevocationStoreConformance, rows_live_until_the_last_token_they_concern_has_expired) {
  (void)revoke_session();
  clock_.advance(kLife - 1ms);
  EXPECT_EQ(live_since(0).size(), 1U);
  EXPECT_EQ(sweep(10), 0U);
  clock_.advance(1ms);
  EXPECT_EQ(live_since(0).size(), 0U);
  EXPECT_EQ(sweep(10), 1U);
}

TEST_P(RevocationStoreConformance, sweeps_in_small_steps) {
  for (int i = 0; i < 7; ++i) (void)revoke_session();
  clock_.advance(kLife);
  const auto living = revoke_session();
  EXPECT_EQ(sweep(5), 5U);
  EXPECT_EQ(sweep(5), 2U);
  EXPECT_EQ(sweep(5), 0U);
  ASSERT_EQ(live_since(0).size(), 1U);
  EXPECT_EQ(live_since(0)[0].seq, living.seq);
}

TEST_P(RevocationStoreConformance, a_seq_is_never_given_twice_even_after_all_rows_were_swept) {
  const auto before = revoke_session();
  clock_.advance(kLife);
  EXPECT_EQ(sweep(10), 1U);
  // A follower that stands at `before` would otherwise never see this one.
  EXPECT_GT(revoke_session().seq, before.seq);
  EXPECT_EQ(live_since(before.seq).size(), 1U);
}

TEST_P(RevocationStoreConformance, parallel_appends_get_a_seq_each) {
  test::run_together(50, [&](std::size_t) -> boost::asio::awaitable<void> {
    co_await database().write([&](db::Transaction& tx) { return store_.revoke_token(tx, "jti", clock_.now()); });
  });
  std::set<std::int64_t> seqs;
  for (const auto& row : live_since(0)) seqs.insert(row.seq);
  EXPECT_EQ(seqs.size(), 50U);
}

// Of two open transactions the one that got its seq first commits last.
TEST_P(RevocationStoreConformance, a_follower_sees_rows_that_were_committed_in_another_order_than_numbered) {
  const bool several_writers = database().dialect() != db::Database::Dialect::sqlite;
  FollowerState state;
  std::promise<void> numbered, look_first;
  const auto late = std::async(std::launch::async, [&, told = std::make_shared<std::once_flag>()] {
    return database().write_blocking([&](db::Transaction& tx) {
      const auto row = store_.revoke_token(tx, "late", clock_.now());
      std::call_once(*told, [&] { numbered.set_value(); });
      if (several_writers) look_first.get_future().wait();
      return row.seq;
    });
  });
  numbered.get_future().wait();
  const auto early = revoke_session().seq;
  std::vector<std::int64_t> seen = look(state);
  if (several_writers) {
    EXPECT_EQ(seen, std::vector<std::int64_t>{early});
    EXPECT_EQ(state.gaps().size(), 1U);
  }
  look_first.set_value();
  late.wait();
  const auto rest = look(state);
  seen.insert(seen.end(), rest.begin(), rest.end());
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<std::int64_t>{early - 1, early}));
  EXPECT_TRUE(state.gaps().empty());
  EXPECT_TRUE(look(state).empty()) << "once each";
}

TEST_P(RevocationStoreConformance, a_follower_among_parallel_appends_of_which_some_fail_sees_each_row_once) {
  struct ChangedMyMind {};
  std::mutex mutex;
  std::multiset<std::int64_t> committed, seen;  // the first guarded by mutex
  std::atomic<bool> done = false;
  std::thread follower([&] {
    FollowerState state;
    for (bool last = false; !last;) {
      last = done;
      for (const auto seq : look(state)) seen.insert(seq);
    }
  });
  test::run_together(60, [&](std::size_t i) -> boost::asio::awaitable<void> {
    try {
      const auto row = co_await database().write([&](db::Transaction& tx) {
        auto appended = store_.revoke_token(tx, "jti", clock_.now());
        if (i % 3 == 0) throw ChangedMyMind();
        return appended;
      });
      const std::lock_guard lock(mutex);
      committed.insert(row.seq);
    } catch (const ChangedMyMind&) {
    }
  });
  done = true;
  follower.join();
  EXPECT_EQ(committed.size(), 40U);
  EXPECT_EQ(seen, committed);
}

TEST_P(RevocationStoreConformance, a_follower_forgets_what_was_never_committed_when_it_could_concern_no_token) {
  struct Crash {};
  EXPECT_THROW(database().write_blocking([&](db::Transaction& tx) -> int {
    (void)store_.revoke_token(tx, "never", clock_.now());
    throw Crash();
  }),
               Crash);
  (void)revoke_session();
  FollowerState state;
  EXPECT_EQ(look(state).size(), 1U);
  clock_.advance(kLife - 1ms);
  EXPECT_TRUE(look(state).empty());
  clock_.advance(1ms);
  (void)revoke_session();
  EXPECT_EQ(look(state).size(), 1U);
  EXPECT_TRUE(state.gaps().empty());
}

TEST_P(RevocationStoreConformance, a_follower_that_pages_says_whether_there_is_more) {
  for (int i = 0; i < 5; ++i) (void)revoke_session();
  FollowerState state;
  std::vector<std::size_t> pages;
  for (bool complete = false; !complete;) {
    auto followed =
        database().read_blocking([&](db::Transaction& tx) { return store_.follow(tx, state, clock_.now(), 2); });
    pages.push_back(followed.rows.size());
    complete = followed.complete;
    state = std::move(followed.next);
  }
  EXPECT_EQ(pages, (std::vector<std::size_t>{2, 2, 1}));
}

}  // namespace
}  // namespace gatehouse::identity
