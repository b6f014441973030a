#include "identity/token/key_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "identity/token/key_manager.hpp"
#include "platform/db/transaction.hpp"
#include "tests/conformance/on_every_database.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

class KeyStoreConformance : public test::OnEveryDatabase {
 protected:
  KeyRecord key(std::string kid, KeyState state) {
    return {.kid = std::move(kid),
            .algorithm = "ES256",
            .state = state,
            .public_jwk = "{}",
            .private_sealed = std::string("\0sealed\xff", 8),
            .created_at = clock_.now()};
  }
  void insert(const KeyRecord& record) {
    write([&](db::Transaction& tx) {
      store_.insert(tx, record);
      return 0;
    });
  }
  std::vector<KeyRecord> list() {
    return database().read_blocking([&](db::Transaction& tx) { return store_.list(tx); });
  }
  std::ptrdiff_t count(KeyState state) { return std::ranges::count(list(), state, &KeyRecord::state); }

  base::FakeClock clock_;
  test::FakeRandom random_;
  KeyStore store_;
  crypto::MasterKeys master_{crypto::SealingKey::from_bytes(base::Secret(std::string(32, 'm'))).value()};
  RevocationStore revocations_{15min};
};
GATEHOUSE_ON_EVERY_DATABASE(KeyStoreConformance);

TEST_P(KeyStoreConformance, a_key_is_read_as_it_was_written) {
  auto written = key("k1", KeyState::current);
  written.activated_at = clock_.now() + 1s;
  insert(written);
  const auto keys = list();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].kid, "k1");
  EXPECT_EQ(keys[0].algorithm, "ES256");
  EXPECT_EQ(keys[0].state, KeyState::current);
  EXPECT_EQ(keys[0].public_jwk, "{}");
  EXPECT_EQ(keys[0].private_sealed, written.private_sealed);
  EXPECT_EQ(keys[0].created_at, clock_.now());
  EXPECT_EQ(keys[0].activated_at, clock_.now() + 1s);
  EXPECT_FALSE(keys[0].verify_until);
}

TEST_P(KeyStoreConformance, T18_there_is_never_a_second_current_or_next_key) {
  insert(key("c", KeyState::current));
  insert(key("n", KeyState::next));
  insert(key("p1", KeyState::previous));
  insert(key("p2", KeyState::previous));
  EXPECT_THROW(insert(key("c2", KeyState::current)), db::UniqueViolation);
  EXPECT_THROW(insert(key("n2", KeyState::next)), db::UniqueViolation);
  EXPECT_EQ(list().size(), 4U);
}

TEST_P(KeyStoreConformance, T18_a_key_moves_only_along_its_states) {
  insert(key("c", KeyState::current));
  insert(key("n", KeyState::next));
  const auto now = clock_.now();
  EXPECT_FALSE(write([&](auto& tx) { return store_.activate(tx, "c", now); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.retire(tx, "n", now); }));
  EXPECT_TRUE(write([&](auto& tx) { return store_.retire(tx, "c", now + 1h) && store_.activate(tx, "n", now); }));
  EXPECT_TRUE(write([&](auto& tx) { return store_.revoke(tx, "c", now + 1h); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.revoke(tx, "c", now + 1h); }));
  EXPECT_FALSE(write([&](auto& tx) { return store_.activate(tx, "c", now); }));  // never back
  EXPECT_FALSE(write([&](auto& tx) { return store_.revoke(tx, "unknown", now); }));
}

TEST_P(KeyStoreConformance, prunes_only_what_can_have_no_valid_token) {
  insert(key("c", KeyState::current));
  EXPECT_TRUE(write([&](auto& tx) { return store_.retire(tx, "c", clock_.now() + 1h); }));
  insert(key("c2", KeyState::current));
  const auto prune = [&] { return write([&](auto& tx) { return store_.prune(tx, clock_.now()); }); };
  clock_.advance(1h - 1ms);
  EXPECT_EQ(prune(), 0U);
  clock_.advance(1ms);
  EXPECT_EQ(prune(), 1U);
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0].kid, "c2");
}

TEST_P(KeyStoreConformance, processes_that_start_at_once_make_one_ring) {
  std::vector<std::string> current(8);
  std::vector<std::thread> processes;
  for (std::size_t i = 0; i < current.size(); ++i) {
    processes.emplace_back([&, i] {
      KeyManager keys(database(), master_, revocations_, {}, clock_, random_);
      EXPECT_TRUE(keys.ensure());
      current[i] = keys.snapshot()->current->kid();
    });
  }
  for (auto& process : processes) process.join();
  EXPECT_EQ(list().size(), 2U);
  EXPECT_EQ(std::ranges::count(current, current[0]), 8);
}

TEST_P(KeyStoreConformance, T18_processes_that_rotate_at_once_when_it_is_due_rotate_once) {
  std::vector<std::unique_ptr<KeyManager>> processes;
  for (int i = 0; i < 4; ++i) {
    processes.push_back(
        std::make_unique<KeyManager>(database(), master_, revocations_, KeyManagerOptions(), clock_, random_));
    ASSERT_TRUE(processes.back()->ensure());
  }
  clock_.advance(24h * 90);
  std::vector<std::thread> threads;
  for (auto& keys : processes) threads.emplace_back([&keys] { EXPECT_TRUE(*keys->maintain()); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count(KeyState::previous), 1);
  EXPECT_EQ(count(KeyState::current), 1);
  EXPECT_EQ(count(KeyState::next), 1);
}

TEST_P(KeyStoreConformance, a_restart_keeps_the_ring) {
  if (!test_database().is_durable()) return;  // the in-memory database ends with its process, as it should
  std::string kid;
  {
    KeyManager keys(database(), master_, revocations_, {}, clock_, random_);
    ASSERT_TRUE(keys.ensure());
    ASSERT_TRUE(keys.rotate());
    kid = keys.snapshot()->current->kid();
  }
  test_database().reopen();
  KeyManager keys(database(), master_, revocations_, {}, clock_, random_);
  ASSERT_TRUE(keys.ensure());
  EXPECT_EQ(keys.snapshot()->current->kid(), kid);
  EXPECT_EQ(keys.snapshot()->verification->size(), 3U);
}

}  // namespace
}  // namespace gatehouse::identity
